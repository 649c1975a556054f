"""The desk's side: data requests (union and HR), accounts and roles (security administrator)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.states import IllegalMove
from people import granting, privacy, rules, signin
from people.access import Request
from people.forms import AccountFilter, AnswerForm, GrantFilter, GrantForm, RequestFilter
from people.models import Grant, SignInFailure, Unit, User
from people.models.users import UserQuerySet
from people.states import DESK_ROLES, RequestState, Role

PAGE = 30

# ---- data requests --------------------------------------------------------------------------


@require_safe
def request_list(request: Request) -> HttpResponse:
    if not rules.may_open_requests(request.user):
        raise PermissionDenied
    form = RequestFilter(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    rows = rules.requests_of(request.user).for_list()
    if state != "all":
        rows = rows.filter(state=state or RequestState.OPEN)
    # what waits longest stands first; what is closed, the newest
    rows = rows.order_by("created_at", "pk") if not state else rows.order_by("-created_at", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": timezone.localdate()}
    return render(request, "people/request_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def request_detail(request: Request, pk: int) -> HttpResponse:
    asked = get_object_or_404(rules.requests_of(request.user).for_list(), pk=pk)
    may_answer = rules.may_answer_request(request.user, asked)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        if not may_answer:
            messages.error(request, _("This request is already closed."))
            return redirect("people:request", pk=asked.pk)
        if form.is_valid():
            try:
                privacy.answer_request(
                    asked, done=request.POST.get("result") == "done", by=request.user,
                    answer=form.cleaned_data["answer"],
                )  # fmt: skip
            except IllegalMove:
                messages.error(request, _("This request is already closed."))
            else:
                messages.success(request, _("Answered. The person can read it now."))
            return redirect("people:request-list")
    context = {
        "asked": asked, "form": form, "may_answer": may_answer, "today": timezone.localdate(),
        "may_edit": rules.may_edit_person(request.user, asked.user),
    }  # fmt: skip
    return render(request, "people/request.html", context, status=422 if form.errors else 200)


# ---- accounts -------------------------------------------------------------------------------


def _accounts(user: User) -> UserQuerySet:
    """The people of the own scope with what the list tells about their sign-in. One query."""
    locked = SignInFailure.objects.filter(
        employee_no=Lower(OuterRef("employee_no")), locked_until__gt=timezone.now()
    )
    at_desk = Grant.objects.in_force(timezone.localdate()).filter(
        user=OuterRef("pk"), role__in=DESK_ROLES
    )
    people: UserQuerySet = rules.roster_of(user, Role.SECADMIN)
    return people.annotate(
        locked=Exists(locked), two_step=Exists(signin.totp_of(OuterRef("pk"))),
        at_desk=Exists(at_desk),
    )  # fmt: skip


_FILTERS: dict[str, dict[str, Any]] = {
    "locked": {"locked": True},
    "never": {"last_login": None, "is_active": True},
    "desk": {"at_desk": True},
    "one_step": {"at_desk": True, "two_step": False},
    "left": {"is_active": False},
}


@require_safe
def account_list(request: Request) -> HttpResponse:
    if not rules.may_administer_accounts(request.user):
        raise PermissionDenied
    form = AccountFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    rows = _accounts(request.user).filter(**_FILTERS.get(asked["state"], {}))
    if asked["q"]:
        rows = rows.matching(asked["q"])
    page = Paginator(rows.for_list().order_by("employee_no"), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "people/account_list.html", {"form": form, "page": page})


@never_cache
@require_safe
def account(request: Request, pk: int) -> HttpResponse:
    person = get_object_or_404(_accounts(request.user).for_list(), pk=pk)
    context = {
        "person": person,
        "may_administer": rules.may_administer_account(request.user, person),
        "may_issue": rules.may_issue_code(request.user, person),
        "sessions": signin.sessions_of(person, timezone.now()),
        "code": person.reset_codes.usable(timezone.now()).select_related("issued_by").first(),
        "failure": SignInFailure.objects.filter(
            employee_no=signin.key_of(person.employee_no)
        ).first(),
        "grants": person.grants.in_force(timezone.localdate()).select_related("unit"),
        "entries": privacy.entries_about(person).filter(verb__in=SIGN_IN_VERBS)[:20],
    }
    return render(request, "people/account.html", context)


SIGN_IN_VERBS = (
    "people.signed_in", "people.signed_out", "people.signed_out_idle", "people.sign_in_failed",
    "people.locked", "people.unlocked", "people.password_changed", "people.code_issued",
    "people.code_used", "people.code_failed", "people.sessions_ended", "people.session_ended",
    "people.two_step_on", "people.two_step_off", "people.two_step_reset",
    "people.recovery_codes_made",
)  # fmt: skip


def _account_of(request: Request, pk: int) -> User:
    person: User = get_object_or_404(rules.roster_of(request.user, Role.SECADMIN), pk=pk)
    if not rules.may_administer_account(request.user, person):
        raise PermissionDenied
    return person


@require_POST
def account_unlock(request: Request, pk: int) -> HttpResponse:
    person = _account_of(request, pk)
    signin.unlock(person, by=request.user)
    messages.success(request, _("{name} can sign in again.").format(name=person.name))
    return redirect("people:account", pk=person.pk)


@require_POST
def account_end_sessions(request: Request, pk: int) -> HttpResponse:
    person = _account_of(request, pk)
    count = signin.end_all_access(person, by=request.user)
    words = ngettext(
        "{n} session and all API tokens ended.", "{n} sessions and all API tokens ended.", count
    )
    messages.success(request, words.format(n=count))
    return redirect("people:account", pk=person.pk)


@require_POST
def account_reset_two_step(request: Request, pk: int) -> HttpResponse:
    person = _account_of(request, pk)
    signin.reset_two_step(person, by=request.user)
    words = _("Reset. {name} sets the second step up anew at the next sign-in.")
    messages.success(request, words.format(name=person.name))
    return redirect("people:account", pk=person.pk)


@never_cache
@require_POST
def issue_code(request: Request, pk: int) -> HttpResponse:
    """Make a one-time code and show it this once, to be read out or printed."""
    person = get_object_or_404(User.objects.visible_to(request.user).for_list(), pk=pk)
    if not rules.may_issue_code(request.user, person):
        raise PermissionDenied
    now = timezone.now()
    code = signin.issue_code(person, by=request.user, now=now)
    context = {
        "person": person, "code": f"{code[:4]} {code[4:]}", "until": now + signin.CODE_VALID,
        "back": _back_url(request.user),
    }  # fmt: skip
    return render(request, "people/code_slip.html", context)


def _back_url(user: User) -> str:
    return "people:account" if rules.may_administer_accounts(user) else "people:person"


# ---- roles ----------------------------------------------------------------------------------


@require_safe
def grant_list(request: Request) -> HttpResponse:
    if not rules.may_give_roles(request.user):
        raise PermissionDenied
    form = GrantFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "role": "", "over": False}
    today = timezone.localdate()
    rows = Grant.objects.administered_by(request.user)
    if not asked["over"]:
        rows = rows.running(today)
    if asked["role"]:
        rows = rows.filter(role=asked["role"])
    if asked["q"]:
        rows = rows.filter(user__in=User.objects.matching(asked["q"]))
    rows = rows.for_list().order_by("unit__path", "role", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": today}
    return render(request, "people/grant_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def grant_new(request: Request) -> HttpResponse:
    if not rules.may_give_roles(request.user):
        raise PermissionDenied
    form = GrantForm(
        request.POST or None,
        units=rules.units_of(request.user, Role.SECADMIN).active().order_by("path"),
        people=rules.roster_of(request.user, Role.SECADMIN).on_roll(),
    )
    if request.method == "POST" and form.is_valid() and _give(request.user, form):
        messages.success(request, _("The role is given."))
        return redirect("people:grant-list")
    return render(
        request, "people/grant_form.html", {"form": form}, status=422 if form.errors else 200
    )


def _give(user: User, form: GrantForm) -> bool:
    data = form.cleaned_data
    person, unit = data["number"], data["unit"]
    assert isinstance(person, User) and isinstance(unit, Unit)  # noqa: S101, PT018 -- cleaned
    if person.pk == user.pk:
        form.add_error("number", _("Nobody gives a role to himself."))
        return False
    if not rules.may_grant(user, person, unit):
        raise PermissionDenied
    try:
        granting.give_role(
            person, role=data["role"], unit=unit, starts_on=data["starts_on"],
            ends_on=data["ends_on"], by=user,
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


@require_POST
def grant_end(request: Request, pk: int) -> HttpResponse:
    grant = get_object_or_404(Grant.objects.administered_by(request.user).for_list(), pk=pk)
    if not rules.may_end_grant(request.user, grant):
        raise PermissionDenied
    if granting.end_role(grant, today=timezone.localdate(), by=request.user):
        messages.success(request, _("The role has ended."))
    else:
        messages.error(request, _("The role had ended before."))
    return redirect("people:grant-list")
