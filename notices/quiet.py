"""Quiet hours: nobody's phone rings at night."""

import datetime as dt

from django.utils import timezone

from notices.states import QUIET_FROM, QUIET_UNTIL


def out_of_quiet(
    moment: dt.datetime, starts: dt.time = QUIET_FROM, ends: dt.time = QUIET_UNTIL
) -> dt.datetime:
    """``moment``, or the end of the quiet hours it falls into, by local time.

    The first minute is quiet, the end is not. Equal times mean no quiet hours at all.
    """
    local = timezone.localtime(moment)
    clock = local.time().replace(tzinfo=None)
    over_midnight = starts > ends
    after, before = clock >= starts, clock < ends
    if not ((after or before) if over_midnight else (after and before)):
        return moment
    tomorrow = over_midnight and clock >= starts
    day = local.date() + dt.timedelta(days=1 if tomorrow else 0)
    return timezone.make_aware(dt.datetime.combine(day, ends), local.tzinfo)
