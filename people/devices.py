"""What a browser calls itself, in words a person recognizes. A hint only: anybody can write it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BROWSERS: tuple[tuple[str, str | Promise], ...] = (
    ("wxwork", _("WeCom")), ("MicroMessenger", _("WeChat")), ("DingTalk", _("DingTalk")),
    ("HuaweiBrowser", _("Huawei Browser")), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: tuple[tuple[str, str | Promise], ...] = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    found = [
        next((str(name) for mark, name in table if mark in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(part for part in found if part) or str(_("Unknown device"))
