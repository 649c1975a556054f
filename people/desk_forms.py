"""Forms of the desk: a person, leaving, placements, units, honors, the reason of an export."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.text import tidy
from people.filters import SELECT, TEXT, indented
from people.models import Honor, Unit, User
from people.models.units import UnitQuerySet
from people.models.users import UserQuerySet
from people.services import NOTICE_AT_LEAST, NOTICE_USUALLY, needs_opinion
from people.states import HonorState, PlacementKind, Tree, UnitLevel

EARLIEST = dt.date(1940, 1, 1)


def _day(**attrs: str) -> forms.DateInput:
    return forms.DateInput(attrs={**TEXT, "type": "date", **attrs}, format="%Y-%m-%d")


def _not_later(day: dt.date | None) -> dt.date | None:
    if day and day > timezone.localdate():
        raise forms.ValidationError(_("This day lies in the future."))
    if day and day < EARLIEST:
        raise forms.ValidationError(_("Check the year: this day lies before 1940."))
    return day


class UnitField(forms.ModelChoiceField):
    """One unit of a tree, chosen from an indented list."""

    def __init__(self, units: UnitQuerySet, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Select(attrs=SELECT))
        super().__init__(units, **kwargs)
        groups = indented(list(units.order_by("path")))
        blank = [("", _("Please choose"))]
        self.choices = [*blank, *(groups[0][1] if len(groups) == 1 else groups)]


class TidyCharField(forms.CharField):
    """Full-width letters and doubled blanks are brought to one form."""

    def to_python(self, value: Any) -> Any:
        return tidy(super().to_python(value) or "")


class PersonForm(forms.ModelForm):
    """The roster's facts of one person. ``units`` are those the editor keeps."""

    employee_no = TidyCharField(
        label=_("Employee number"), max_length=32, widget=forms.TextInput(attrs=TEXT)
    )
    name = TidyCharField(
        label=_("Name"), max_length=60, widget=forms.TextInput(attrs=TEXT),
        help_text=_("As in the identity card; a middle dot · is fine."),
    )  # fmt: skip
    trade = TidyCharField(
        label=_("Trade"), max_length=40, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    phone = TidyCharField(
        label=_("Phone"), max_length=20, required=False,
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    born_in = forms.CharField(
        label=_("Month of birth"), required=False,
        widget=forms.TextInput(attrs={**TEXT, "placeholder": "1990-05"}),
        help_text=_("Year and month, for example 1990-05."),
    )  # fmt: skip
    is_frontline = forms.NullBooleanField(
        label=_("Front line"), required=False, widget=forms.NullBooleanSelect(attrs=SELECT)
    )

    class Meta:
        model = User
        fields = [
            "employee_no", "name", "unit", "union_unit", "trade", "rank", "employment",
            "is_frontline", "sex", "born_in", "hired_on", "phone", "email",
        ]  # fmt: skip
        widgets = {
            "rank": forms.Select(attrs=SELECT),
            "employment": forms.Select(attrs=SELECT),
            "sex": forms.Select(attrs=SELECT),
            "hired_on": _day(),
            "email": forms.EmailInput(attrs=TEXT),
        }

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        standing = (
            ("unit", _("unit"), Tree.ORGANIZATION, person.unit_id),
            ("union_unit", _("union unit"), Tree.UNION, person.union_unit_id),
        )
        for name, label, tree, now in standing:
            # where the person stands may be kept even when the editor's units lie elsewhere
            own = units.filter(tree=tree).active() | Unit.objects.filter(pk=now or 0)
            self.fields[name] = UnitField(own, label=label, required=False)
        self.order_fields(self.Meta.fields)
        if person.pk:
            # the number is the name under which a person signs in and his records are found
            self.fields["employee_no"].disabled = True
        # the number is shown masked; who wants another one types it anew
        self.fields["phone"].help_text = (
            _("Now {phone}. Leave it empty to keep it.").format(phone=person.phone_masked)
            if person.phone
            else ""
        )
        self.initial["phone"] = ""
        born = person.born_in
        self.initial["born_in"] = f"{born:%Y-%m}" if born else ""

    def clean_employee_no(self) -> str:
        number: str = self.cleaned_data["employee_no"]
        others = User.objects.exclude(pk=self.instance.pk)
        if others.filter(employee_no__iexact=number).exists():
            raise forms.ValidationError(_("This employee number is already taken."))
        return number

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"].replace(" ", "").replace("-", "")
        if not typed:
            kept: str = self.instance.phone
            return kept
        if not (typed.isascii() and typed.lstrip("+").isdigit() and 7 <= len(typed) <= 15):
            raise forms.ValidationError(
                _("A phone number has 7 to 15 digits; a mobile number has 11.")
            )
        return typed

    def clean_born_in(self) -> dt.date | None:
        typed = tidy(self.cleaned_data["born_in"]).replace("/", "-").replace(".", "-")
        if not typed:
            return None
        try:
            year, month = (int(part) for part in typed.split("-")[:2])
            born = dt.date(year, month, 1)
        except ValueError:
            raise forms.ValidationError(_("Write year and month like this: 1990-05.")) from None
        if not EARLIEST <= born <= timezone.localdate():
            raise forms.ValidationError(_("Check the year: nobody here was born then."))
        return born

    def clean_hired_on(self) -> dt.date | None:
        hired: dt.date | None = self.cleaned_data["hired_on"]
        if hired and hired < EARLIEST:
            raise forms.ValidationError(_("Check the year: this day lies before 1940."))
        return hired

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("unit") and not cleaned.get("union_unit") and not self.errors:
            self.add_error("unit", _("Choose a unit; without one nobody finds this person."))
        return cleaned

    def real_changes(self) -> list[str]:
        """Fields whose value differs from what is stored; an untouched phone is none of them."""
        if not self.instance.pk:
            return []
        stored = User.objects.get(pk=self.instance.pk)
        columns = {field.name: field.attname for field in User._meta.fields}
        return [
            name
            for name in self.Meta.fields
            if getattr(stored, columns[name]) != getattr(self.instance, columns[name])
        ]


class LeaveForm(forms.Form):
    left_on = forms.DateField(label=_("Last day on the roll"), widget=_day())

    def clean_left_on(self) -> dt.date | None:
        return _not_later(self.cleaned_data["left_on"])


class PlacementForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind of change"), choices=PlacementKind.choices, widget=forms.Select(attrs=SELECT)
    )
    post = TidyCharField(
        label=_("Post"), max_length=60, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    starts_on = forms.DateField(label=_("From day"), widget=_day())

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = units.filter(tree=Tree.ORGANIZATION).active()
        self.fields["unit"] = UnitField(own, label=_("Unit"))
        self.order_fields(["kind", "unit", "post", "starts_on"])

    def clean_starts_on(self) -> dt.date | None:
        return _not_later(self.cleaned_data["starts_on"])


class ReasonForm(forms.Form):
    """Every export says why it is made (HANDBOOK §6)."""

    reason = TidyCharField(
        label=_("What is it for?"), max_length=200, widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say in a few words what the file is for.")},
    )  # fmt: skip


class UnitForm(forms.ModelForm):
    """Name and level of a unit; its place in the tree is set by the view."""

    name = TidyCharField(
        label=_("Name of the unit"), max_length=80, widget=forms.TextInput(attrs=TEXT)
    )

    class Meta:
        model = Unit
        fields = ["name", "level"]
        widgets = {"level": forms.Select(attrs=SELECT)}

    UNION_LEVELS = (UnitLevel.UNION, UnitLevel.BRANCH, UnitLevel.UNION_GROUP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        union = self.instance.tree == Tree.UNION
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("Please choose")),
            *((u.value, u.label) for u in UnitLevel if (u in self.UNION_LEVELS) == union),
        ]

    def clean(self) -> dict[str, Any]:
        """The same name below the same parent is told at the name."""
        cleaned: dict[str, Any] = super().clean() or {}
        twins = Unit.objects.active().filter(
            parent=self.instance.parent_id, tree=self.instance.tree, name=cleaned.get("name")
        )
        if twins.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is already a unit of this name here."))
        return cleaned


class UnitMoveForm(forms.Form):
    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = UnitField(units, label=_("belongs to"))


class HonorForm(forms.ModelForm):
    """A new honor; the bearer is named by his employee number."""

    employee_no = TidyCharField(
        label=_("Employee number of the bearer"), max_length=32,
        widget=forms.TextInput(attrs={**TEXT, "autocomplete": "off"}),
    )  # fmt: skip
    title = TidyCharField(
        label=_("Title of the honor"), max_length=120, widget=forms.TextInput(attrs=TEXT),
        help_text=_("Exactly as awarded, for example 市级劳动模范."),
    )  # fmt: skip

    class Meta:
        model = Honor
        fields = ["title", "level", "body", "year", "certificate_no", "evidence"]
        widgets = {
            "level": forms.Select(attrs=SELECT),
            "body": forms.TextInput(attrs=TEXT),
            "year": forms.NumberInput(attrs={**TEXT, "inputmode": "numeric"}),
            "certificate_no": forms.TextInput(attrs=TEXT),
            "evidence": forms.TextInput(attrs=TEXT),
        }

    def __init__(self, *args: Any, people: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = people
        self.order_fields(["employee_no"])

    def clean_employee_no(self) -> str:
        number: str = self.cleaned_data["employee_no"]
        person = self._people.filter(employee_no__iexact=number).select_related("unit").first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody in your units has this number. Look it up in the roster.")
            )
        if person.unit is None:
            raise forms.ValidationError(_("This person stands in no unit. Enter the unit first."))
        self.instance.person, self.instance.unit = person, person.unit
        return number

    def clean_year(self) -> int | None:
        year: int | None = self.cleaned_data["year"]
        if year is not None and not 1949 <= year <= timezone.localdate().year:
            raise forms.ValidationError(
                _("Write a year between 1949 and {now}.").format(now=timezone.localdate().year)
            )
        return year

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        person = self.instance.person
        if person and not self.errors:
            same = Honor.objects.filter(
                person=person, title=cleaned["title"], level=cleaned["level"], year=cleaned["year"]
            )
            if same.exists():
                self.add_error("title", _("This honor is already in the register."))
        return cleaned


class HonorMoveForm(forms.Form):
    """Where the honor goes, why, and until when it is under public notice."""

    state = forms.ChoiceField(choices=HonorState.choices, widget=forms.HiddenInput)
    # the state the officer saw; when it is no longer true he is told instead of obeyed
    seen = forms.ChoiceField(choices=HonorState.choices, widget=forms.HiddenInput, required=False)
    opinion = forms.CharField(
        label=_("Opinion"), required=False, max_length=500,
        widget=forms.Textarea(attrs={**TEXT, "rows": 2}),
    )  # fmt: skip
    notice_ends_on = forms.DateField(label=_("Public notice until"), required=False, widget=_day())

    @classmethod
    def towards(cls, target: str, *, seen: str, today: dt.date) -> "HonorMoveForm":
        ends = today + dt.timedelta(days=NOTICE_USUALLY)
        form = cls(initial={"state": target, "seen": seen, "notice_ends_on": ends})
        form.auto_id = f"id_{target}_%s"
        form.fields["opinion"].required = needs_opinion(seen, target)
        first = today + dt.timedelta(days=NOTICE_AT_LEAST)
        form.fields["notice_ends_on"].widget.attrs["min"] = first.isoformat()
        return form
