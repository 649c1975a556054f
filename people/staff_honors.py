"""The desk's pages about honors."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from journal.models import Entry
from kit.states import IllegalMove
from people.access import Request
from people.desk_forms import HonorForm, HonorMoveForm
from people.filters import HonorFilter
from people.models import Honor
from people.rules import (
    HONOR_ROLES,
    honors_of,
    may_add_honor,
    may_decide_honor,
    may_open_roster,
    roster_of,
)
from people.selection import select_honors
from people.services import add_honor, honor_targets, move_honor
from people.staff import tell
from people.states import HonorState

PAGE = 50
# what the button of a move says; a move back from suspension has words of its own
_LABELS = {
    HonorState.PUBLIC_NOTICE: gettext_lazy("Start the public notice"),
    HonorState.AWARDED: gettext_lazy("Confirm the award"),
    HonorState.SUSPENDED: gettext_lazy("Suspend"),
    HonorState.WITHDRAWN: gettext_lazy("Withdraw"),
}


@require_GET
def honor_list(request: Request) -> HttpResponse:
    if not may_open_roster(request.user):
        raise PermissionDenied
    form = HonorFilter(request.GET)
    honors = select_honors(honors_of(request.user), form.asked()).for_list()
    page = Paginator(honors, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "may_add": may_add_honor(request.user),
        "today": timezone.localdate(),
    }
    template = "people/desk/_honors.html" if request.htmx else "people/desk/honor_list.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def honor_new(request: Request) -> HttpResponse:
    if not may_add_honor(request.user):
        raise PermissionDenied
    # nobody enters an honor for himself
    people = roster_of(request.user, *HONOR_ROLES).exclude(pk=request.user.pk)
    form = HonorForm(
        request.POST if request.method == "POST" else None,
        people=people,
        initial={"employee_no": request.GET.get("person", "")},
    )
    if request.method == "POST" and form.is_valid():
        new = add_honor(form.save(commit=False), by=request.user)
        messages.success(request, _("The honor is entered as applied for."))
        return redirect("people:honor", pk=new.pk)
    status = 422 if form.is_bound else 200
    return render(request, "people/desk/honor_form.html", {"form": form}, status=status)


def _find(request: Request, pk: int) -> Honor:
    """The honor, when it exists for the reader and the reader works at its desk."""
    honors = Honor.objects.visible_to(request.user).for_list().select_related("person__union_unit")
    honor = get_object_or_404(honors, pk=pk)
    if not honors_of(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return honor


def _label(honor: Honor, target: HonorState) -> str:
    if honor.state == HonorState.SUSPENDED and target == HonorState.AWARDED:
        return _("Restore")
    return str(_LABELS[target])


def _page(
    request: Request, honor: Honor, status: int = 200, wrong: HonorMoveForm | None = None
) -> HttpResponse:
    """The page of one honor with a form for each allowed move."""
    today = timezone.localdate()
    moves: list[dict[str, Any]] = []
    if may_decide_honor(request.user, honor):
        for state in honor_targets(honor, today):
            form = HonorMoveForm.towards(state, seen=honor.state, today=today)
            if wrong is not None and wrong.data.get("state") == state:
                form = wrong
            moves.append({"state": state, "label": _label(honor, state), "form": form})
    context = {
        "honor": honor,
        "moves": moves,
        "form": wrong,
        "today": today,
        "history": Entry.objects.about(honor).for_list().order_by("-at", "-pk"),
    }
    return render(request, "people/desk/honor.html", context, status=status)


@require_GET
def honor(request: Request, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@require_POST
def honor_move(request: Request, pk: int) -> HttpResponse:
    """Move the honor on; whoever came second is told what the first one did."""
    honor = _find(request, pk)
    if not may_decide_honor(request.user, honor):
        raise PermissionDenied
    form = HonorMoveForm(request.POST)
    if not form.is_valid():
        return _page(request, honor, 422, form)
    asked = form.cleaned_data
    if asked["seen"] and asked["seen"] != honor.state:
        return _came_second(request, honor)
    try:
        move_honor(
            honor,
            asked["state"],
            by=request.user,
            opinion=asked["opinion"],
            notice_ends_on=asked["notice_ends_on"],
        )
    except IllegalMove:
        return _came_second(request, honor)
    except ValidationError as error:
        tell(form, error)
        return _page(request, honor, 422, form)
    messages.success(request, _("Done: {state}.").format(state=honor.get_state_display()))
    return redirect("people:honor", pk=honor.pk)


def _came_second(request: Request, honor: Honor) -> HttpResponse:
    honor.refresh_from_db()
    words = _("Somebody else decided first: it is now “{state}”. Look again before you decide.")
    messages.error(request, words.format(state=honor.get_state_display()))
    return _page(request, honor, 409)
