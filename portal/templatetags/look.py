"""The small pieces every page is made of: icons, marks, words for days and numbers."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    return format_html(
        '<span class="icon i-{}{}" aria-hidden="true"></span>', name, f" {extra}" if extra else ""
    )


def _chinese_day(date: dt.date) -> str:
    """周三, as on a plant's notice board, where Django's own short name is 星期三."""
    return f"{date.month} 月 {date.day} 日 周{'一二三四五六日'[date.weekday()]}"


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """今天, 昨天, 11 月 24 日 周二; with the year when it is another one (UX §6)."""
    if value is None or value == "":
        return "—"
    date = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    today = timezone.localdate()
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((date - today).days)
    if near:
        return near
    chinese = (get_language() or "").startswith("zh")
    if date.year != today.year:
        return (
            f"{date.year} 年 {date.month} 月 {date.day} 日"
            if chinese
            else date_format(date, "j M Y")
        )
    return _chinese_day(date) if chinese else date_format(date, "D j M")


@register.filter
def moment(value: dt.datetime | None) -> str:
    """The day in words, and the time in 24 hours."""
    if not value:
        return "—"
    return f"{day(value)} {timezone.localtime(value):%H:%M}"


@register.filter
def dash(value: Any) -> Any:
    """A dash where nothing is known."""
    return "—" if value is None or value == "" else value


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The query string of this page with some values changed; an empty value removes its name."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{urlencode(list(query.lists()), doseq=True)}" if query else "?"


@register.filter
def weekday(value: dt.date) -> str:
    """11 月 22 日 周日, always the date itself."""
    if (get_language() or "").startswith("zh"):
        return _chinese_day(value)
    return date_format(value, "l, j F")


@register.filter
def intcomma_zh(value: int) -> str:
    """Thousands by comma, in both languages: 4,997."""
    return f"{value:,}"


@register.filter
def with_contact(text: str, contact: str) -> str:
    """The notice names whom to ask; the enterprise sets it, not the text."""
    return text.replace("{contact}", contact or _("the union office of your unit"))
