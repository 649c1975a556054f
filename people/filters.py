"""The filter forms of roster and honors, and the same questions as API parameters."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters.filters import CharFilter, ChoiceFilter, NumberFilter
from django_filters.filterset import FilterSet

from people.models import Honor, Unit, User
from people.models.units import UnitQuerySet
from people.models.users import UserQuerySet
from people.selection import NO_TRADE, select_honors, select_people
from people.states import HonorLevel, HonorState, Rank, Tree

ANY = ("", _("all"))
SELECT = {"class": "form-select"}
TEXT = {"class": "form-control"}
STATUS = (("on", _("on the roll")), ("left", _("left")))
YES_NO = (("yes", _("yes")), ("no", _("no")))
SORT = (
    ("no", _("number")),
    ("name", _("name")),
    ("-hired", _("hired, newest first")),
    ("hired", _("hired, oldest first")),
)


def indented(units: list[Unit]) -> list[tuple[str | Promise, list[tuple[int, str]]]]:
    """Options of a select, a group for each tree, indented below the topmost unit shown."""
    groups: list[tuple[str | Promise, list[tuple[int, str]]]] = []
    for tree in Tree:
        mine = [unit for unit in units if unit.tree == tree]
        top = min((unit.depth for unit in mine), default=0)
        options = [(unit.pk, "\u3000" * (unit.depth - top) + unit.name) for unit in mine]
        if options:
            groups.append((tree.label, options))
    return groups


class RosterFilter(forms.Form):
    """What of the roster is looked for; everything may be left open."""

    q = forms.CharField(
        label=_("Name, pinyin, initials or number"), required=False, max_length=60,
        widget=forms.TextInput(attrs={**TEXT, "type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    unit = forms.TypedChoiceField(
        label=_("Unit and all below"), required=False, coerce=int, empty_value=None,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[*STATUS, ("all", _("all"))],
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    trade = forms.ChoiceField(label=_("Trade"), required=False, widget=forms.Select(attrs=SELECT))
    rank = forms.TypedChoiceField(
        label=_("Skill rank"), required=False, coerce=int, empty_value=None,
        choices=[ANY, *Rank.choices], widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    frontline = forms.ChoiceField(
        label=_("Front line"), required=False, choices=[ANY, *YES_NO],
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    sort = forms.ChoiceField(
        label=_("Sorted by"), required=False, choices=SORT, widget=forms.Select(attrs=SELECT)
    )

    def __init__(self, data: Any, *, units: UnitQuerySet, people: UserQuerySet) -> None:
        super().__init__(data)
        rows = units.active().only("name", "path", "tree").order_by("path")
        self._choices("unit", [ANY, *indented(list(rows))])
        trades = people.exclude(trade="").order_by("trade").values_list("trade", flat=True)
        known = [(trade, trade) for trade in trades.distinct()]
        self._choices("trade", [ANY, (NO_TRADE, _("no trade known")), *known])

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """The questions that make sense; without a word about it, people on the roll."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return {"status": "on", **asked}


class HonorFilter(forms.Form):
    q = forms.CharField(
        label=_("Name or title"), required=False, max_length=60,
        widget=forms.TextInput(attrs={**TEXT, "type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ANY, *HonorState.choices],
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[ANY, *HonorLevel.choices],
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    year = forms.IntegerField(
        label=_("Year"), required=False, min_value=1900, max_value=2100, localize=False,
        widget=forms.NumberInput(attrs={**TEXT, "inputmode": "numeric"}),
    )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PeopleQuery(FilterSet):
    """The questions of the roster as API parameters."""

    q = CharFilter(method="ask", label=_("Name, pinyin, initials or number"))
    unit = NumberFilter(method="ask", label=_("Unit and all below"))
    status = ChoiceFilter(method="ask", label=_("Status"), choices=STATUS)
    trade = CharFilter(method="ask", label=_("Trade"))
    rank = ChoiceFilter(method="ask", label=_("Skill rank"), choices=Rank.choices)
    frontline = ChoiceFilter(method="ask", label=_("Front line"), choices=YES_NO)
    sort = ChoiceFilter(method="ask", label=_("Sorted by"), choices=SORT)

    class Meta:
        model = User
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        return select_people(queryset, self.form.cleaned_data)  # type: ignore[arg-type]

    def ask(self, queryset: QuerySet[User], _name: str, _value: object) -> QuerySet[User]:
        """Never called: all questions are put at once."""
        return queryset


class HonorQuery(FilterSet):
    """The questions of the honor register as API parameters."""

    q = CharFilter(method="ask", label=_("Name or title"))
    state = ChoiceFilter(method="ask", label=_("State"), choices=HonorState.choices)
    level = ChoiceFilter(method="ask", label=_("Level"), choices=HonorLevel.choices)
    year = NumberFilter(method="ask", label=_("Year"))

    class Meta:
        model = Honor
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Honor]) -> QuerySet[Honor]:
        return select_honors(queryset, self.form.cleaned_data)  # type: ignore[arg-type]

    def ask(self, queryset: QuerySet[Honor], _name: str, _value: object) -> QuerySet[Honor]:
        """Never called: all questions are put at once."""
        return queryset
