import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import EntryQuerySet
from kit.text import tidy


class AuditFilter(forms.Form):
    """What of the audit log is looked for; everything may be left open."""

    person = forms.CharField(
        label=_("Employee number"), required=False, max_length=32,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    area = forms.ChoiceField(
        label=_("Kind"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    since = forms.DateField(
        label=_("From day"), required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Until day"), required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}),
    )  # fmt: skip
    failed = forms.BooleanField(label=_("Only what failed"), required=False)

    AREAS = (
        ("", _("all")),
        ("people.", _("people and sign-in")),
        ("exchange.", _("imports and exports")),
        ("notices.", _("messages")),
        ("journal.", _("tasks and files")),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["area"].choices = self.AREAS  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if isinstance(since, dt.date) and isinstance(until, dt.date) and since > until:
            self.add_error("until", _("This day lies before the first one."))
        return cleaned

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries asked for; nothing is filtered while the form has errors."""
        if not self.is_valid():
            return entries
        asked = self.cleaned_data
        if asked["person"]:
            entries = entries.filter(actor_no__iexact=tidy(asked["person"]))
        if asked["area"]:
            entries = entries.filter(verb__startswith=asked["area"])
        if asked["since"]:
            entries = entries.filter(at__gte=_start_of(asked["since"]))
        if asked["until"]:
            entries = entries.filter(at__lt=_start_of(asked["until"] + dt.timedelta(days=1)))
        if asked["failed"]:
            entries = entries.filter(succeeded=False)
        return entries


def _start_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class ExportReason(forms.Form):
    """Every export says why it is made (HANDBOOK §6)."""

    reason = forms.CharField(
        label=_("What is it for?"), max_length=200, strip=True,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": _("Say in a few words what the file is for.")},
    )  # fmt: skip
