from celery import shared_task
from django.utils import timezone

from journal.listeners import listeners_for
from journal.models import Errand


@shared_task(autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=300, max_retries=5)
def run_errand(*, errand_id: int) -> None:
    errand = (
        Errand.objects.select_related("entry__actor").filter(pk=errand_id, done_at=None).first()
    )
    if errand is None:
        return
    listener = listeners_for(errand.entry.verb).get(errand.listener)
    if listener is not None:  # a listener removed by a release has nothing left to say
        listener(errand.entry)
    Errand.objects.filter(pk=errand_id).update(done_at=timezone.now())


@shared_task
def sweep_errands() -> None:
    """Send out again what a lost worker or broker left undone; run by beat."""
    overdue = Errand.objects.overdue(timezone.now()).order_by("pk")
    for errand_id in overdue.values_list("pk", flat=True)[:500]:
        run_errand.delay(errand_id=errand_id)


@shared_task
def run_job(*, job_id: int) -> None:
    from journal.jobs import perform  # noqa: PLC0415 -- jobs sends this very task

    perform(job_id)


@shared_task
def sweep_jobs() -> None:
    """Send out again the jobs of dead workers, and remove the files that expired; run by beat."""
    from journal.jobs import drop_expired_files, resend_lost  # noqa: PLC0415 -- as above

    now = timezone.now()
    resend_lost(now)
    drop_expired_files(now)
