from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, all_kinds, group_kinds
from notices.models import Preference, QuietHours, Robot
from notices.robots import HABITS, check_webhook
from notices.states import Channel, Vendor


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"class": "form-control", "type": "time"})


class QuietForm(forms.ModelForm):
    class Meta:
        model = QuietHours
        fields = ["enabled", "starts_at", "ends_at"]
        labels = {
            "enabled": _("No e-mail during these hours"),
            "starts_at": _("From"),
            "ends_at": _("Until"),
        }
        widgets = {"starts_at": _clock(), "ends_at": _clock()}
        error_messages = {
            name: {
                "required": _("Enter a time, for example 21:30."),
                "invalid": _("Enter a time, for example 21:30."),
            }
            for name in ("starts_at", "ends_at")
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if cleaned.get("enabled") and starts is not None and starts == ends:
            self.add_error("ends_at", _("Both times are the same. Choose another end."))
        return cleaned


class ChoiceRow:
    """One line of the settings: a kind and a box for each way out."""

    def __init__(self, kind: type[Kind], form: "ChoicesForm") -> None:
        self.kind = kind
        self.boxes = [
            form[f"{channel}:{kind.slug}"] if kind.offers(channel) else None
            for channel in form.channels
        ]


class ChoicesForm(forms.Form):
    """A box for each kind and way; what is not offered has no box."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {
            (row.kind, row.channel): row.enabled
            for row in Preference.objects.filter(user_id=user.pk)
        }
        self.kinds = [kind for kind in all_kinds() if kind.concerns(user)]
        # no column without a box
        self.channels = [c for c in Channel if any(kind.offers(c) for kind in self.kinds)]
        for kind in self.kinds:
            for channel in self.channels:
                if kind.offers(channel):
                    self.fields[f"{channel}:{kind.slug}"] = forms.BooleanField(
                        required=False,
                        label=f"{kind.label}: {channel.label}",
                        initial=chosen.get((kind.slug, channel), channel in kind.channels),
                        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
                    )

    def rows(self) -> list[ChoiceRow]:
        return [ChoiceRow(kind, self) for kind in self.kinds]

    def choices(self) -> dict[tuple[str, str], bool]:
        """The answers by (kind, channel)."""
        found = {}
        for name, value in self.cleaned_data.items():
            channel, slug = name.split(":", 1)
            found[slug, channel] = bool(value)
        return found


class RobotForm(forms.ModelForm):
    """A robot. Address and secret are never shown again; left empty they stay as they are."""

    vendor = forms.ChoiceField(
        label=_("Messenger"), choices=Vendor, widget=forms.Select(attrs={"class": "form-select"})
    )
    scope = forms.ChoiceField(
        label=_("Unit"), widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("The group hears what concerns this unit and the units below it."),
    )  # fmt: skip
    webhook = forms.CharField(
        label=_("Webhook address"), max_length=500,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "inputmode": "url"}
        ),
        error_messages={"required": _("Copy the address from the robot's page in the group.")},
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Signing secret"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("DingTalk and Feishu: the key under “signature check”. WeCom has none."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("What the group hears"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none, and it hears everything meant for groups."),
    )  # fmt: skip

    class Meta:
        model = Robot
        fields = ["name", "vendor", "scope", "webhook", "secret", "kinds"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "form-control"}),
        }

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        groups = [(kind.slug, kind.label) for kind in group_kinds()]
        self.fields["kinds"].choices = groups  # type: ignore[attr-defined]
        if not groups:
            del self.fields["kinds"]
        self._kept = {"webhook": self.instance.webhook, "secret": self.instance.secret}
        if self.instance.pk:
            for name in ("webhook", "secret"):
                self.initial[name] = ""
                self.fields[name].required = False
            self.fields["webhook"].help_text = _("Kept encrypted. Empty: stays as it is.")
            if self.instance.secret:
                self.fields["secret"].help_text = _("Kept encrypted. Empty: stays as it is.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, kept in self._kept.items():
            if name in cleaned and not cleaned[name]:
                cleaned[name] = kept
        vendor, webhook = cleaned.get("vendor"), (cleaned.get("webhook") or "").strip()
        if vendor and webhook:
            cleaned["webhook"] = webhook
            if not HABITS[Vendor(vendor)].signs:
                cleaned["secret"] = ""
            try:
                check_webhook(vendor, webhook)
            except ValidationError as error:
                self.add_error("webhook", error)
        return cleaned
