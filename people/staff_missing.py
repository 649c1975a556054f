"""Who is on the roll and not in the roster that was imported: leaving is decided by a person."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models.functions import Upper
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from exchange.models import Batch
from exchange.states import BatchState
from kit.trees import within
from people.access import Request
from people.models import User
from people.models.users import UserQuerySet
from people.rosters import leave_by_import
from people.rules import may_mark_left


class LeftForm(forms.Form):
    """The people picked on this page; nobody is picked by the system."""

    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        error_messages={"required": gettext_lazy("Tick the people who left.")},
    )

    def __init__(self, data: object, *, among: UserQuerySet) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["people"].queryset = among  # type: ignore[attr-defined]


def missing_from(batch: Batch) -> UserQuerySet:
    """People of the batch's units who are on the roll and whose number the file does not give."""
    found: UserQuerySet = (
        User.objects.on_roll()
        .filter(within("unit__path", batch.scope))
        .alias(folded_no=Upper("employee_no"))
        .exclude(folded_no__in=batch.rows.values("key"))
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: Request, pk: int) -> HttpResponse:
    batch = get_object_or_404(
        Batch.objects.visible_to(request.user).filter(kind="roster"), pk=pk,
        state=BatchState.APPLIED, emptied_at=None,
    )  # fmt: skip
    people = missing_from(batch).exclude(pk=request.user.pk)
    form = LeftForm(request.POST if request.method == "POST" else None, among=people)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["people"])
        if not all(may_mark_left(request.user, person) for person in chosen):
            raise PermissionDenied
        if "sure" not in request.POST:  # the number is named before anybody leaves
            context = {"batch": batch, "chosen": chosen}
            return render(request, "people/desk/missing_sure.html", context)
        left = leave_by_import(batch, chosen, on=timezone.localdate(), by=request.user)
        words = ngettext("{n} person marked as left.", "{n} people marked as left.", left)
        messages.success(request, words.format(n=left))
        return redirect("people:roster-missing", pk=pk)
    page = Paginator(people.for_list().order_by("employee_no"), 50).get_page(
        request.GET.get("page")
    )
    context = {"batch": batch, "page": page, "form": form}
    return render(request, "people/desk/missing.html", context, status=422 if form.errors else 200)
