"""A person's own pages: who I am, what is kept of me, how I sign in."""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from knox.models import AuthToken

from journal.events import record
from journal.jobs import start
from kit.states import IllegalMove
from people import privacy, signin
from people.access import Request
from people.devices import device_of
from people.forms import ContactForm, DataRequestForm
from people.models import DataRequest, PrivacyNotice
from people.rules import may_take_back_request
from people.states import SEPARATE_CONSENTS, Rank
from people.work import EXPORT_MY_DATA

# one's own sign-ins stand on the security page; here they would crowd out the rest
COMING_AND_GOING = ("people.signed_in", "people.signed_out", "people.signed_out_idle")


@require_safe
def me(request: Request) -> HttpResponse:
    person = request.user
    goal = person.rank + 1 if person.rank and person.rank < Rank.CHIEF_TECHNICIAN else None
    context = {
        "ranks": list(enumerate(short_ranks(), start=1)),
        "rank": person.rank,
        "goal": goal,
        "unit_chain": person.unit.full_name() if person.unit else "",
        "union_chain": person.union_unit.full_name() if person.union_unit else "",
        "post": person.placements.current().select_related("post").first(),
        "placements": person.placements.for_list(),
        "honors": person.honors.order_by("-year", "-pk"),
        "entries": privacy.entries_about(person).exclude(verb__in=COMING_AND_GOING)[:20],
    }
    return render(request, "people/me.html", context)


def short_ranks() -> tuple[str, ...]:
    """The eight ranks, short enough to stand side by side on a phone."""
    return (
        _("Appr."), _("Junior"), _("Interm."), _("Senior"),
        _("Techn."), _("Sr techn."), _("Special"), _("Chief"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: Request) -> HttpResponse:
    person = request.user
    initial = {"phone": person.phone, "email": person.email}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        privacy.change_contact(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("people:me")
    return render(
        request, "people/me_contact.html", {"form": form}, status=422 if form.errors else 200
    )


# ---- my data --------------------------------------------------------------------------------


@require_safe
def my_data(request: Request) -> HttpResponse:
    person = request.user
    rows = [
        {"holding": holding, "count": holding.count(person) if holding.count else None}
        for holding in privacy.holdings()
    ]
    context = {
        "rows": rows,
        "switches": privacy.switches_of(person),
        "history": person.consents.order_by("-given_at", "-pk")[:20],
        "requests": person.data_requests.select_related("handled_by").order_by("-pk")[:20],
        "notice": PrivacyNotice.objects.order_by("-version").first(),
        "contact": privacy.contact_line(),
    }
    return render(request, "people/me_data.html", context)


@require_POST
def consent(request: Request, kind: str) -> HttpResponse:
    """One switch: ``answer`` is yes or no."""
    if kind not in SEPARATE_CONSENTS:
        raise Http404
    if request.POST.get("answer") == "yes":
        privacy.give_consent(request.user, kind)
        messages.success(request, _("Noted: yes. You can take it back here at any time."))
    else:
        privacy.withdraw_consent(request.user, kind, timezone.now())
        messages.success(request, _("Noted: no. It does not affect your training."))
    return redirect("people:my-data")


@require_POST
def export_my_data(request: Request) -> HttpResponse:
    job = start(EXPORT_MY_DATA, owner=request.user)
    return redirect("journal:job", pk=job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request) -> HttpResponse:
    form = DataRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        privacy.open_request(request.user, **form.cleaned_data)
        messages.success(request, _("Sent. You get an answer within 15 days."))
        return redirect("people:my-data")
    return render(request, "people/me_ask.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    asked = get_object_or_404(DataRequest.objects.filter(user=request.user), pk=pk)
    if may_take_back_request(request.user, asked):
        try:
            privacy.take_back_request(asked, by=request.user)
        except IllegalMove:
            messages.error(request, _("It was answered just before."))
        else:
            messages.success(request, _("Taken back."))
    else:
        messages.error(request, _("This request is already closed."))
    return redirect("people:my-data")


# ---- sign-in and security -------------------------------------------------------------------


@never_cache
@require_safe
def security(request: Request) -> HttpResponse:
    return _security(request)


def _security(request: Request, *, new_token: str = "") -> HttpResponse:
    person = request.user
    sessions = [
        {
            "row": row, "device": device_of(row.user_agent),
            "current": row.session_key == request.session.session_key,
        }
        for row in signin.sessions_of(person, timezone.now())
    ]  # fmt: skip
    context = {
        "two_step": signin.has_two_step(person),
        "codes_left": signin.recovery_codes_left(person),
        "sessions": sessions,
        "others": sum(not session["current"] for session in sessions),
        "tokens": AuthToken.objects.filter(user=person).order_by("-created"),
        "new_token": new_token,
    }
    return render(request, "people/me_security.html", context)


@require_POST
def session_end(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(UserSession.objects.filter(user=request.user), pk=pk)
    if row.session_key == request.session.session_key:
        messages.error(request, _("This is the session you are in. Sign out instead."))
    else:
        row.end()
        record("people.session_ended", request.user, actor=request.user)
        messages.success(request, _("The other device is signed out."))
    return redirect("people:security")


@require_POST
def sessions_end(request: Request) -> HttpResponse:
    count = signin.end_sessions(request.user, keep=request.session.session_key)
    record("people.sessions_ended", request.user, actor=request.user, count=count)
    words = ngettext("{n} other session ended.", "{n} other sessions ended.", count)
    messages.success(request, words.format(n=count))
    return redirect("people:security")


@never_cache
@require_POST
@reauthentication_required(app="people")
def token_new(request: Request) -> HttpResponse:
    """Make an API token; it is shown this once and kept as a hash only."""
    row, token = AuthToken.objects.create(request.user)  # type: ignore[no-untyped-call]
    record("people.token_made", request.user, actor=request.user, start=row.token_key[:8])
    return _security(request, new_token=token)


@require_POST
def token_revoke(request: Request, key: str) -> HttpResponse:
    row = get_object_or_404(AuthToken.objects.filter(user=request.user), token_key=key)
    row.delete()
    record("people.token_revoked", request.user, actor=request.user, start=key[:8])
    messages.success(request, _("Revoked. Programs that use it no longer get in."))
    return redirect("people:security")
