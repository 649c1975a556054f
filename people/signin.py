"""Sign-in: tries are counted, passwords set, one-time codes handed over, sessions ended (等保)."""

import datetime as dt
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Case, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from knox.models import AuthToken

from journal.events import record
from kit.text import tidy
from people.models import ResetCode, SignInFailure, User

# letters and digits that nobody confuses on paper or on the phone: no 0 O 1 I L
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_TRIES = 5
CODE_VALID = dt.timedelta(hours=24)


class LockedOut(Exception):
    """Too many failures; ``seconds`` tells how long it lasts."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return _("Too many wrong tries. This number can sign in again in {time}.").format(
            time=time_left(self.seconds)
        )


def time_left(seconds: int) -> str:
    """Twelve minutes and 30 seconds, in words."""
    minutes, rest = divmod(max(seconds, 1), 60)
    parts = []
    if minutes:
        parts.append(ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes))
    if rest:
        parts.append(ngettext("{n} second", "{n} seconds", rest).format(n=rest))
    return " ".join(parts)


def key_of(number: str) -> str:
    """The employee number as the tries are counted under: one key however it is typed."""
    return tidy(number).lower()[:32]


# ---- tries ----------------------------------------------------------------------------------


def take_try(number: str, now: dt.datetime) -> int:
    """Take one of the tries of this number before anything is compared; returns how many are left.

    It is one conditional UPDATE, so that twenty attempts at once compare no more passwords than
    the setting allows. Whether the number belongs to anybody makes no difference. Raises
    LockedOut when none is left.
    """
    key, limit = key_of(number), settings.LOCKOUT_FAILURES
    SignInFailure.objects.bulk_create([SignInFailure(employee_no=key)], ignore_conflicts=True)
    row = SignInFailure.objects.filter(employee_no=key)
    row.filter(locked_until__lte=now).update(count=0, locked_until=None)
    until = now + dt.timedelta(minutes=settings.LOCKOUT_MINUTES)
    lock = Case(
        When(count__gte=limit - 1, then=Value(until, output_field=DateTimeField())),
        default=F("locked_until"),
    )
    free = row.filter(count__lt=limit, locked_until=None)
    taken = free.update(count=F("count") + 1, last_at=now, locked_until=lock)
    state = row.values("count", "locked_until").first() or {"count": 0, "locked_until": None}
    if not taken:
        raise LockedOut(round(((state["locked_until"] or until) - now).total_seconds()))
    return max(limit - state["count"], 0)


def give_back(number: str) -> None:
    """The try was right after all, though the person is not yet in (a second step may follow)."""
    row = SignInFailure.objects.filter(employee_no=key_of(number), count__gt=0)
    row.update(count=F("count") - 1, locked_until=None)


def forget_failures(number: str) -> None:
    SignInFailure.objects.filter(employee_no=key_of(number)).delete()


def note_failure(number: str, now: dt.datetime) -> None:
    """Write the failed try down, and the lock when this was the last one allowed.

    A number of nobody is written down too, on the row that counts it.
    """
    row = SignInFailure.objects.filter(employee_no=key_of(number)).first()
    person = User.objects.filter(employee_no__iexact=tidy(number)).first()
    subject = person or row
    if subject is None:  # forgotten by a successful sign-in in the same instant
        return
    record("people.sign_in_failed", subject, actor=None, succeeded=False, number=key_of(number))
    if row and row.locked_until and row.locked_until > now:
        record(
            "people.locked", subject, actor=None, succeeded=False,
            number=key_of(number), minutes=settings.LOCKOUT_MINUTES,
        )  # fmt: skip


def unlock(person: User, *, by: User) -> None:
    forget_failures(person.employee_no)
    record("people.unlocked", person, actor=by)


# ---- passwords ------------------------------------------------------------------------------


@transaction.atomic
def set_password(person: User, password: str, *, keep_session: str | None = None) -> None:
    """The person chose a password: the duty to change it is over, and other sessions end."""
    person.set_password(password)
    person.must_change_password = False
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password", "must_change_password", "password_changed_at"])
    end_sessions(person, keep=keep_session)
    record("people.password_changed", person, actor=person)


# ---- one-time codes -------------------------------------------------------------------------


@transaction.atomic
def issue_code(person: User, *, by: User, now: dt.datetime) -> str:
    """A new code for the person; codes given out before become void, and a lock is lifted."""
    User.objects.select_for_update().get(pk=person.pk)
    person.reset_codes.filter(used_at=None).update(used_at=now)
    code = "".join(secrets.choice(CODE_ALPHABET) for _i in range(CODE_LENGTH))
    ResetCode.objects.create(
        user=person, digest=make_password(code), issued_by=by, issued_at=now,
        expires_at=now + CODE_VALID,
    )  # fmt: skip
    forget_failures(person.employee_no)
    record("people.code_issued", person, actor=by)
    return code


def tidy_code(code: str) -> str:
    return tidy(code).upper().replace(" ", "").replace("-", "")


def check_code(number: str, code: str, now: dt.datetime) -> ResetCode | None:
    """The code row when number and code fit; each call costs one of its five tries.

    A number of nobody and a number without a code take as long as a wrong code.
    """
    row = (
        ResetCode.objects.usable(now)
        .filter(user__employee_no__iexact=tidy(number), user__is_active=True)
        .select_related("user__unit")
        .first()
    )
    if row is None:
        make_password(tidy_code(code))
        return None
    tries = ResetCode.objects.usable(now).filter(pk=row.pk, tries__lt=CODE_TRIES)
    if not tries.update(tries=F("tries") + 1):
        make_password(tidy_code(code))
        return None
    if check_password(tidy_code(code), row.digest):
        return row
    record("people.code_failed", row.user, actor=None, succeeded=False)
    return None


def return_try(row: ResetCode) -> None:
    """The code was right but the new password was not: that costs no try."""
    ResetCode.objects.filter(pk=row.pk, tries__gt=0).update(tries=F("tries") - 1)


@transaction.atomic
def use_code(row: ResetCode, password: str, now: dt.datetime) -> bool:
    """Set the new password by the code. Of two people with the same code, one is told False."""
    if not ResetCode.objects.usable(now).filter(pk=row.pk).update(used_at=now):
        return False
    record("people.code_used", row.user, actor=row.user)
    set_password(row.user, password)
    AuthToken.objects.filter(user=row.user).delete()
    return True


# ---- sessions, two-step sign-in -------------------------------------------------------------


def sessions_of(person: User, now: dt.datetime) -> list[UserSession]:
    """The sessions in which the person is signed in, the latest first. Two queries."""
    rows = list(UserSession.objects.filter(user=person).order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now).values_list(
            "session_key", flat=True
        )
    )
    return [row for row in rows if row.session_key in alive]


def end_sessions(person: User, *, keep: str | None = None) -> int:
    """End all sessions of the person, except the one with the key ``keep``."""
    rows = list(UserSession.objects.filter(user=person).exclude(session_key=keep or ""))
    for row in rows:
        row.end()
    return len(rows)


@transaction.atomic
def end_all_access(person: User, *, by: User) -> int:
    """Sessions and API tokens of the person end at once."""
    count = end_sessions(person)
    AuthToken.objects.filter(user=person).delete()
    record("people.sessions_ended", person, actor=by, count=count)
    return count


def totp_of(person: Any) -> QuerySet[Authenticator]:
    """The second step of a person, or of the row of an outer query."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)


def has_two_step(person: User) -> bool:
    return totp_of(person).exists()


def recovery_codes_left(person: User) -> int:
    codes = Authenticator.objects.filter(
        user=person, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    return len(codes.wrap().get_unused_codes()) if codes else 0  # type: ignore[no-untyped-call]


@transaction.atomic
def reset_two_step(person: User, *, by: User) -> None:
    """The person lost the phone: the second step is set up anew at the next sign-in."""
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    record("people.two_step_reset", person, actor=by)


def two_step_missing(person: User) -> bool:
    """Whether the person must set up the second step before anything else."""
    return bool(settings.TWO_FACTOR_REQUIRED) and person.is_desk and not has_two_step(person)


# ---- end of day -----------------------------------------------------------------------------


def tidy_up(now: dt.datetime) -> None:
    """Remove what sign-in no longer needs: old failures, dead codes, dead sessions and tokens."""
    day = now - dt.timedelta(days=1)
    failures = SignInFailure.objects.annotate(until=Coalesce("locked_until", "last_at"))
    failures.filter(last_at__lt=day, until__lt=now).delete()
    ResetCode.objects.filter(used_at=None, expires_at__lte=now).update(used_at=F("expires_at"))
    ResetCode.objects.filter(used_at__lt=now - dt.timedelta(days=180)).delete()
    AuthToken.objects.filter(expiry__lte=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.filter(last_seen_at__lt=day).exclude(
        session_key__in=Session.objects.values("session_key")
    ).delete()
