"""Moments for files: minutes in the portal's own time zone."""

import datetime as dt

from django.utils import timezone


def local_minute(moment: dt.datetime | None) -> str:
    """2026-11-25 14:05, in the portal's time zone; empty when there is none."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
