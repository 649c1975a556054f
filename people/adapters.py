"""Where allauth asks us: who may try, what is written down, where one goes.

A single sign-on provider would be let in by a third adapter here (allauth's
``SOCIALACCOUNT_ADAPTER``): its ``pre_social_login`` looks the person up by the employee number in
the provider's claims and connects him, or refuses; nobody is created by signing in.
"""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.events import record
from journal.middleware import address_of
from kit.fields import EncryptedField
from people import kept, signin
from people.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The employee number or the password is not right."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This code is not right, or it is too old. Type the newest one."),
        "rate_limited": _("Too many requests. Wait a minute, then try once more."),
        "too_many_login_attempts": _("Too many requests. Wait a minute, then try once more."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """People come from the roster, never by signing up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Each try is taken before the password is compared (people.signin)."""
        try:
            left = signin.take_try(credentials.get("username") or "", timezone.now())
        except signin.LockedOut as lock:
            raise ValidationError(str(lock), code="locked") from lock
        request.tries_left = left  # type: ignore[attr-defined]  # told by the form

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        if not isinstance(user, User):
            return None
        signin.give_back(user.employee_no)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        signin.note_failure(credentials.get("username") or "", timezone.now())

    def post_login(  # type: ignore[override]  # our only user model
        self, request: HttpRequest, user: User, **kwargs: Any
    ) -> HttpResponse:
        signin.forget_failures(user.employee_no)
        kept.belongs_to(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        record("people.signed_in", user, actor=user)
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            record("people.signed_out", request.user, actor=request.user)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:  # type: ignore[override]
        session = context.request.session.session_key if context.request else None
        signin.set_password(user, password, keep_session=session)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_resume") if kept.peek(request) else resolve_url("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_resume") if kept.peek(request) else reverse("people:security")

    def get_client_ip(self, request: HttpRequest) -> str:
        # a unix socket has no address, and the row of the session wants one
        return address_of(request) or "0.0.0.0"  # noqa: S104 -- shown, never bound

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:
        """Who signed in within the last ten minutes need not type the password again."""
        request = context.request
        records = get_authentication_records(request, request.user)
        if not records:
            return True
        age = time.time() - records[-1]["at"]
        return bool(age >= app_settings.REAUTHENTICATION_TIMEOUT)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "Your role signs in in two steps, so it cannot be switched off."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Secrets lie encrypted, under the keys of the phone numbers (HANDBOOK C09)."""
        return str(EncryptedField().get_prep_value(text))

    def decrypt(self, encrypted_text: str) -> str:
        return EncryptedField().from_db_value(encrypted_text) or ""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.TWO_FACTOR_REQUIRED and authenticator.user.is_desk)
