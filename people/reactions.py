"""What allauth tells about the second step goes into the journal."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver

from journal.events import record
from people.models import User


@receiver(authenticator_added)
def two_step_on(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        record("people.two_step_on", user, actor=user)


@receiver(authenticator_removed)
def two_step_off(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        record("people.two_step_off", user, actor=user)


@receiver(authenticator_reset)
def recovery_codes_made(user: User, **_kwargs: Any) -> None:
    record("people.recovery_codes_made", user, actor=user)
