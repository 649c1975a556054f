"""The pages around the door: sign in, use a one-time code, read the notice, send what was kept."""

from typing import Any

from allauth.account.utils import perform_login
from allauth.account.views import LoginView
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from people import kept, signin
from people.access import Request
from people.forms import CodeForm
from people.middleware import IDLE_OUT
from people.models import PrivacyNotice
from people.privacy import acknowledge_notice, contact_line, unread_notice


class SignIn(LoginView):
    """allauth's sign-in; the page also says why somebody is here again."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = self.request.session
        return {
            **super().get_context_data(**kwargs),
            "was_idle": session.pop(IDLE_OUT, False),
            "kept": kept.peek(self.request),
        }


@login_not_required
@rate_limit(action="login")  # type: ignore[no-untyped-call]
@never_cache
@sensitive_post_parameters("code", "password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Number, one-time code, new password: whoever has them is signed in (and asked for TOTP)."""
    if request.user.is_authenticated:
        return redirect("home")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = form.row
        if row and signin.use_code(row, form.cleaned_data["password1"], timezone.now()):
            entered: HttpResponse = perform_login(request, row.user, email_verification="none")
            return entered
        form.add_error(None, _("This code was just used. Ask your union for a new one."))
    status = 422 if form.errors else 200
    return render(request, "account/code.html", {"form": form}, status=status)


def _next(request: HttpRequest) -> str:
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return url
    return "/"


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: Request) -> HttpResponse:
    """What we keep and why, once a version. Who does not want to read it is signed out, in words."""
    found = unread_notice(request.user)
    if request.method == "POST" and found:
        if request.POST.get("answer") == "read":
            # the version on the page, not one published while it was read
            shown = PrivacyNotice.objects.filter(version=_number(request.POST.get("version")))
            if version := shown.first():
                acknowledge_notice(request.user, version)
            return redirect(_next(request))
        logout(request)
        words = _(
            "You are signed out. Without the notice we may not open the portal for you; your "
            "union answers your questions about it."
        )
        messages.info(request, words)
        return redirect("account_login")
    if found is None:
        return redirect(_next(request))
    context = {"notice": found, "contact": contact_line(), "next": _next(request)}
    return render(request, "account/notice.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: Request) -> HttpResponse:
    """What was typed before the session ended: send it now, or drop it."""
    form = kept.peek(request)
    if request.method == "POST":
        kept.drop(request)
        messages.info(request, _("Not sent."))
        return redirect("home")
    if form is None:
        return redirect("home")
    return render(request, "account/resume.html", {"kept": form})
