"""Celery's edge: what is tidied up at the end of the day."""

import datetime as dt
import importlib
import importlib.util

from celery import shared_task
from django.utils import timezone

from people import privacy, rosters, signin


@shared_task
def nightly() -> None:
    """Each piece may run twice; what one night misses, the next one does."""
    now = timezone.now()
    signin.tidy_up(now)
    privacy.clear_contacts_of_leavers()
    rosters.take_up(timezone.localdate(now))
    if timezone.localdate(now).day == 1:
        privacy.report_dormant(now)
    _purge_imports(now)


def _purge_imports(now: dt.datetime) -> None:
    """The room of imports, once it is built, throws away what it no longer needs."""
    if importlib.util.find_spec("exchange.services"):
        importlib.import_module("exchange.services").purge(now)
