"""The long work of imports; each may run twice and goes on where it stopped."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from exchange import services
from exchange.models import Batch
from journal.jobs import Running, work


def _batch(job: Running, pk: int) -> Batch:
    batch = Batch.objects.select_related("owner").get(pk=pk)
    job.say("", link=reverse("exchange:batch", args=[pk]))
    return batch


@work("exchange.check", title=_("Check of an Excel file"))
def check(job: Running, *, batch: int) -> None:
    services.check(_batch(job, batch), job)


@work("exchange.recheck", title=_("Check of an Excel file"))
def recheck(job: Running, *, batch: int) -> None:
    services.recheck(_batch(job, batch), job)


@work("exchange.apply", title=_("Import from Excel"))
def apply(job: Running, *, batch: int) -> None:
    services.apply(_batch(job, batch), job)


@work("exchange.undo", title=_("Undoing an import"))
def undo(job: Running, *, batch: int) -> None:
    services.undo(_batch(job, batch), job)
