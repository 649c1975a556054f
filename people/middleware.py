"""The login wall, the idle clock, and the first steps of a new person."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.events import record
from people import kept
from people.models import User
from people.passwords import must_change
from people.privacy import unread_notice
from people.signin import two_step_missing

Next = Callable[[HttpRequest], HttpResponse]

SEEN = "seen_at"
IDLE_OUT = "signed_out_idle"
NOTED_EVERY = 60


class IdleMiddleware:
    """Signs a person out who did nothing for a while: half an hour at the desk, days elsewhere.

    The last sign of life is kept in the session and written at most once a minute.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._look_at_the_clock(request, request.user, timezone.now())
        return self.get_response(request)

    def _look_at_the_clock(self, request: HttpRequest, user: User, now: dt.datetime) -> None:
        seen = request.session.get(SEEN)
        idle = now.timestamp() - seen if isinstance(seen, int | float) else 0.0
        if idle > self._allowed(user, idle) * 60:
            record("people.signed_out_idle", user, actor=user)
            logout(request)
            request.session[IDLE_OUT] = True
            request.idle_user_pk = user.pk  # type: ignore[attr-defined]
        elif seen is None or idle >= NOTED_EVERY:
            request.session[SEEN] = int(now.timestamp())
            UserSession.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=now
            )

    @staticmethod
    def _allowed(user: User, idle: float) -> int:
        """Minutes; the roles are asked for only when it makes a difference."""
        longest: int = settings.IDLE_MINUTES
        desk: int = settings.IDLE_MINUTES_DESK
        if idle <= min(longest, desk) * 60:
            return max(longest, desk)
        return desk if user.is_desk else longest


class LoginWallMiddleware(LoginRequiredMiddleware):
    """Everything is behind the wall unless its view says otherwise. What was typed is kept.

    It stands after CsrfViewMiddleware, so that nobody plants a form here from another site.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx is answered without a redirect
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponse:
        owner = getattr(request, "idle_user_pk", None)
        if kept.keep(request, owner_pk=owner):
            goal = reverse("account_resume")
        else:
            goal = kept.page_of(request)
        url = f"{reverse('account_login')}?{urlencode({'next': goal})}"
        return _send(request, url, status=401)


class FirstStepsMiddleware:
    """Before anything else: one's own password, the privacy notice, the second step of the desk."""

    # what stays open on the way: the steps themselves, the door, language and help
    ALWAYS = frozenset({
        "account_logout", "account_reauthenticate", "mfa_reauthenticate", "display", "privacy",
        "help", "accessibility", "health", "account_inactive",
    })  # fmt: skip
    TWO_STEP = frozenset({"mfa_activate_totp", "mfa_view_recovery_codes"})

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or match is None or match.view_name in self.ALWAYS:
            return None
        step = self._step(user)
        if step is None or match.view_name in step:
            return None
        if request.path.startswith("/api/"):
            words = _("Sign in on the page first and finish the steps shown there.")
            return JsonResponse({"detail": words}, status=403)
        goal = {"next": kept.page_of(request)}
        return _send(request, f"{reverse(step[0])}?{urlencode(goal)}", status=403)

    @classmethod
    def _step(cls, user: User) -> tuple[str, ...] | None:
        """The names of the pages of the step that is due; the first is where one is sent."""
        if must_change(user, timezone.now()):
            return ("account_change_password",)
        if unread_notice(user):
            return ("account_notice",)
        if two_step_missing(user):
            return ("mfa_activate_totp", *cls.TWO_STEP)
        return None


def _send(request: HttpRequest, url: str, *, status: int) -> HttpResponse:
    """A redirect for pages; for htmx a status and the header by which it goes there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
