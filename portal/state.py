"""Whether the machine room runs: for the three administrators."""

import datetime as dt
from dataclasses import dataclass

from celery.exceptions import CeleryError
from django.core.cache import cache
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import KombuError

from journal.models import Errand, Job
from notices.models import Delivery
from portal.celery import app


@dataclass(frozen=True)
class Part:
    label: str | Promise
    well: bool
    words: str | Promise


def state_of_system(now: dt.datetime) -> list[Part]:
    """Each part in words, and whether it is well. Asking the workers takes up to one second."""
    return [
        Part(gettext_lazy("Database"), well=True, words=connection.vendor),
        _cache(),
        _workers(),
        _counted(
            gettext_lazy("Announcements left over"), Errand.objects.overdue(now).count(),
        ),
        _counted(gettext_lazy("Tasks without a worker"), Job.objects.lost(now).count()),
        _counted(gettext_lazy("Messages that are late"), Delivery.objects.overdue(now).count()),
    ]  # fmt: skip


def _counted(label: str | Promise, count: int) -> Part:
    return Part(label, count == 0, str(count) if count else _("none"))


def _cache() -> Part:
    cache.set("state", "well", 10)
    well = cache.get("state") == "well"
    return Part(_("Cache"), well, _("answers") if well else _("does not answer"))


def _workers() -> Part:
    try:
        count = len(app.control.ping(timeout=1.0) or ())
    except (CeleryError, KombuError, OSError):
        count = 0
    words = ngettext("{n} worker answers", "{n} workers answer", count).format(n=count)
    return Part(_("Workers"), count > 0, words if count else _("no worker answers"))
