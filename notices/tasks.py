"""The edges to Celery. What must not be lost is a row; these are only nudges."""

from celery import shared_task
from django.utils import timezone

from notices.sending import hand_out, send
from notices.services import write_due_reminders


@shared_task
def find_reminders() -> None:
    """Write the notices that are due; run by beat each minute, and harmless when run twice."""
    write_due_reminders(timezone.now())


@shared_task
def sweep_deliveries() -> None:
    """Hand out what is due and what dead workers dropped; run by beat each minute."""
    for portion in hand_out(timezone.now()):
        send_deliveries.delay(ids=portion)


@shared_task
def send_deliveries(*, ids: list[int]) -> None:
    send(ids, timezone.now())
