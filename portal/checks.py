"""Wrong configuration is told at start, in words, before anybody meets it as an error."""

from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004


@register(Tags.security)
def keys_are_set(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.FIELD_KEYS:
        found.append(
            Error("FIELD_KEYS is not set.", hint="See docs/settings.md.", id="portal.E001")
        )
    for key in settings.FIELD_KEYS:
        try:
            Fernet(key)
        except ValueError:
            found.append(Error("A key in FIELD_KEYS is not a Fernet key.", id="portal.E002"))
    return found


@register(Tags.security, deploy=True)
def production_is_not_a_demo(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(Error("DEMO is on: everybody knows its passwords.", id="portal.E003"))
    if not settings.TWO_FACTOR_REQUIRED:
        found.append(Warning("TWO_FACTOR_REQUIRED is off.", id="portal.W004"))
    if not settings.REDIS_URL:
        found.append(
            Error("REDIS_URL is not set: workers and web would not meet.", id="portal.E005")
        )
    if not settings.PRIVACY_CONTACT:
        found.append(
            Warning(
                "PRIVACY_CONTACT is empty: the privacy notice must name a contact (PIPL 17).",
                id="portal.W006",
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(Warning("SQLite is for one machine; use PostgreSQL.", id="portal.W007"))
    return found


@register()
def values_make_sense(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.PASSWORD_POLICY not in ("asvs", "dengbao"):
        found.append(Error("PASSWORD_POLICY is neither asvs nor dengbao.", id="portal.E008"))
    if not settings.SITE_URL.startswith(("http://", "https://")) or settings.SITE_URL.endswith("/"):
        found.append(Error("SITE_URL begins with http and ends without a /.", id="portal.E009"))
    found += [
        Error(f"{name} must be at least 1.", id="portal.E010")
        for name in ("LOCKOUT_FAILURES", "LOCKOUT_MINUTES", "IDLE_MINUTES", "IDLE_MINUTES_DESK")
        if getattr(settings, name) < 1
    ]
    if not Path(settings.MEDIA_ROOT).is_absolute():
        found.append(Error("MEDIA_ROOT must be an absolute path.", id="portal.E011"))
    return found
