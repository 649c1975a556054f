"""Forms of sign-in and of a person's own pages."""

import re
from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePassword
from allauth.account.forms import LoginForm as AllauthLogin
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticate
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticate
from allauth.mfa.base.forms import ReauthenticateForm as AllauthMFAReauthenticate
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTP
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kit.text import tidy
from people import signin
from people.models import ResetCode, Unit, User
from people.passwords import PolicyValidator
from people.states import RequestKind, RequestState, Role

PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})$")


def phone_of(text: str) -> str:
    """A mobile or landline number as people type it: blanks, hyphens, +86, full-width digits.

    Raises ValidationError.
    """
    number = re.sub(r"[\s()-]", "", tidy(text))
    number = re.sub(r"^(\+|00)86", "", number)
    if number and not PHONE.match(number):
        raise ValidationError(_("A mobile number has 11 digits and begins with 1."))
    return number


class Styled(forms.Form):
    """Gives the fields the look of the house and drops allauth's placeholders."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            widget.attrs.pop("placeholder", None)
            if isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            elif not isinstance(widget, forms.CheckboxInput | forms.RadioSelect):
                widget.attrs.setdefault("class", "form-control")


# ---- sign-in --------------------------------------------------------------------------------


class LoginForm(Styled, AllauthLogin):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("Employee number"), _("Password")
        password.help_text = ""
        login.widget.attrs.update(
            autocapitalize="off", spellcheck="false", autofocus=True, maxlength=32
        )

    def clean_login(self) -> str:
        return tidy(self.cleaned_data["login"])

    def clean(self) -> dict[str, Any] | None:
        try:
            cleaned: dict[str, Any] | None = super().clean()  # type: ignore[no-untyped-call]
        except ValidationError as error:
            left = getattr(self.request, "tries_left", 0)
            if error.code != "username_password_mismatch" or not left:
                raise
            words = _("The employee number or the password is not right. Tries left: {n}.")
            raise ValidationError(words.format(n=left), code=error.code) from error
        return cleaned


class ReauthenticateForm(Styled, AllauthReauthenticate):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""


class ChangePasswordForm(Styled, AllauthChangePassword):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PolicyValidator().get_help_text()
        self.fields["password2"].label = _("New password once more")

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = forms.Form.clean(self) or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same."))
        return cleaned


class CountedCode(forms.Form):
    """A code of the second step costs one of the tries of the number, as a password does."""

    user: User

    def clean_code(self) -> str:
        now = timezone.now()
        self.cleaned_data["code"] = tidy(self.cleaned_data["code"]).replace(" ", "")
        try:
            signin.take_try(self.user.employee_no, now)
        except signin.LockedOut as lock:
            raise ValidationError(str(lock), code="locked") from lock
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            signin.note_failure(self.user.employee_no, now)
            raise
        signin.give_back(self.user.employee_no)
        return code


def _one_time(field: forms.Field) -> None:
    field.label = _("Code")
    field.widget.attrs.update(
        autofocus=True, autocomplete="one-time-code", inputmode="numeric", maxlength=16
    )


class AuthenticateForm(Styled, CountedCode, AllauthAuthenticate):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time(self.fields["code"])


class MFAReauthenticateForm(Styled, CountedCode, AllauthMFAReauthenticate):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time(self.fields["code"])


class ActivateTOTPForm(Styled, AllauthActivateTOTP):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _one_time(self.fields["code"])
        self.fields["code"].label = _("The six digits the app shows")

    def clean_code(self) -> str:
        self.cleaned_data["code"] = tidy(self.cleaned_data["code"]).replace(" ", "")
        code: str = super().clean_code()
        return code


class CodeForm(Styled):
    """Number, one-time code and the new password, at once."""

    number = forms.CharField(label=_("Employee number"), max_length=40)
    code = forms.CharField(label=_("One-time code"), max_length=20)
    password1 = forms.CharField(label=_("New password"), strip=False, widget=forms.PasswordInput)
    password2 = forms.CharField(
        label=_("New password once more"), strip=False, widget=forms.PasswordInput
    )
    row: ResetCode | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].widget.attrs.update(autocomplete="username", autofocus=True)
        self.fields["code"].widget.attrs.update(
            autocomplete="off", autocapitalize="characters", spellcheck="false"
        )
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"
        self.fields["password1"].help_text = PolicyValidator().get_help_text()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["password1"] != cleaned["password2"]:
            self.add_error("password2", _("The two passwords are not the same."))
            return cleaned
        row = signin.check_code(cleaned["number"], cleaned["code"], timezone.now())
        if row is None:
            raise ValidationError(
                _(
                    "Number and code do not fit, or the code is older than a day or used up. "
                    "After five wrong tries ask your union for a new one."
                )
            )
        try:
            validate_password(cleaned["password1"], row.user)
        except ValidationError as error:
            signin.return_try(row)
            self.add_error("password1", error)
            return cleaned
        self.row = row
        return cleaned


# ---- one's own pages ------------------------------------------------------------------------


class ContactForm(Styled):
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=30,
        help_text=_("Only your mentor and the staff of your unit may look it up; each look is on record."),
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs.update(inputmode="tel", autocomplete="tel")
        self.fields["email"].widget.attrs.update(autocomplete="email")

    def clean_phone(self) -> str:
        return phone_of(self.cleaned_data["phone"])


class DataRequestForm(Styled):
    kind = forms.ChoiceField(
        label=_("What I ask for"), choices=RequestKind.choices, widget=forms.RadioSelect
    )
    detail = forms.CharField(
        label=_("Which data, and what is right"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "For example: my skill rank is wrong, I have been a senior worker since 2024; "
            "the certificate is with my team leader."
        ),
    )  # fmt: skip


# ---- the desk -------------------------------------------------------------------------------


class AnswerForm(Styled):
    answer = forms.CharField(
        label=_("Answer to the person"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was changed, or why it cannot be changed. The person reads it."),
    )  # fmt: skip


class RequestFilter(Styled):
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", _("waiting for an answer")), ("all", _("all"))]
        + [(value, label) for value, label in RequestState.choices if value != RequestState.OPEN],
    )  # fmt: skip


class AccountFilter(Styled):
    q = forms.CharField(label=_("Name or employee number"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[
            ("", _("all")), ("locked", _("locked")), ("never", _("never signed in")),
            ("desk", _("works at the desk")), ("one_step", _("desk without two-step sign-in")),
            ("left", _("left the enterprise")),
        ],
    )  # fmt: skip


class GrantFilter(Styled):
    q = forms.CharField(label=_("Name or employee number"), required=False, max_length=60)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("all")), *Role.choices]
    )
    over = forms.BooleanField(label=_("also those that have ended"), required=False)


class GrantForm(Styled):
    number = forms.CharField(label=_("Employee number"), max_length=40)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("choose")), *Role.choices])
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit and everything below"), empty_label=_("choose")
    )
    starts_on = forms.DateField(
        label=_("from"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    ends_on = forms.DateField(
        label=_("last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, units: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)  # noqa: S101 -- declared above
        unit.queryset = units
        unit.label_from_instance = _indented  # type: ignore[method-assign,assignment]

    def clean_number(self) -> User:
        number = tidy(self.cleaned_data["number"])
        person: User | None = self.people.filter(employee_no__iexact=number).first()
        if person is None:
            raise ValidationError(_("There is nobody with this number in your units."))
        return person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day lies before the first."))
        return cleaned


def _indented(unit: Unit) -> str:
    return f"{'　' * unit.depth}{unit.name}"
