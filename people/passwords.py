"""What a password must be. The owner chooses one of two policies (settings.PASSWORD_POLICY)."""

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kit.pinyin import name_syllables
from people.models import PasswordMemory, User

SHORTEST = 8
LONGEST = 128
REMEMBERED = 5
CHANGE_AFTER = dt.timedelta(days=90)


@lru_cache(maxsize=1)
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


def kinds_of_characters(password: str) -> int:
    """How many of: small letters, capital letters, digits, everything else."""
    return sum(
        (
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() or (c.isalpha() and not c.isascii()) for c in password),
        )
    )


def must_change(person: User, now: dt.datetime) -> bool:
    """At the first sign-in; under 等保 every ninety days as well."""
    if person.must_change_password:
        return True
    if settings.PASSWORD_POLICY != "dengbao":  # noqa: S105 -- the name of a policy
        return False
    changed = person.password_changed_at or person.created_at
    return now - changed > CHANGE_AFTER


class PolicyValidator:
    """Django's validator of both policies.

    asvs (OWASP ASVS 5): eight characters or more of any kind, not a common one, nothing of the
    person in it. dengbao (GB/T 22239): three kinds of characters and none of the last five.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        errors = [*self._plain(password), *(self._personal(password, user) if user else [])]
        if settings.PASSWORD_POLICY == "dengbao":  # noqa: S105 -- the name of a policy
            errors += self._dengbao(password, user)
        if not errors and user and user.pk and user.check_password(password):
            errors.append(_("This is the password you have now. Choose another one."))
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        if settings.PASSWORD_POLICY == "dengbao":  # noqa: S105 -- the name of a policy
            return _(
                "At least 8 characters of three kinds: small letters, capital letters, digits, "
                "signs. Not one of your last five passwords."
            )
        return _("At least 8 characters. A short sentence is easy to remember and hard to guess.")

    def password_changed(self, _password: str, user: User | None = None) -> None:
        """Called by Django after the new password was saved: remember its hash."""
        if user is None or not user.pk or not user.has_usable_password():
            return
        PasswordMemory.objects.create(user=user, password=user.password)
        old = user.password_memory.order_by("-at", "-pk").values_list("pk", flat=True)
        PasswordMemory.objects.filter(pk__in=list(old[REMEMBERED : REMEMBERED + 50])).delete()

    @staticmethod
    def _plain(password: str) -> list[str]:
        errors = []
        if len(password) < SHORTEST:
            errors.append(
                _("Too short: {n} characters. It needs 8 at least.").format(n=len(password))
            )
        if len(password) > LONGEST:
            errors.append(_("Too long. 128 characters are the most."))
        try:
            _common().validate(password)
        except ValidationError:
            errors.append(_("Many people use this password, so it is guessed first."))
        return errors

    @staticmethod
    def _personal(password: str, user: User) -> list[str]:
        low = password.lower()
        parts = (
            (user.employee_no, _("Your employee number must not be part of it.")),
            ("".join(name_syllables(user.name)), _("Your name must not be part of it.")),
            (user.name, _("Your name must not be part of it.")),
            (user.phone, _("Your phone number must not be part of it.")),
        )
        found = []
        for part, words in parts:
            # a name of two letters turns up in any word
            shortest = 2 if part and not part.isascii() else 4
            if len(part) >= shortest and part.lower() in low:
                found.append(words)
        return list(dict.fromkeys(found))

    @staticmethod
    def _dengbao(password: str, user: User | None) -> list[str]:
        errors = []
        if kinds_of_characters(password) < 3:
            errors.append(_("Use three kinds of: small letters, capital letters, digits, signs."))
        if user and user.pk:
            old = user.password_memory.order_by("-at", "-pk").values_list("password", flat=True)
            if any(check_password(password, digest) for digest in old[:REMEMBERED]):
                errors.append(_("You had this password before. Choose one that is new."))
        return errors
