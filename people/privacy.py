"""What a person was told and agreed to, what we hold of him, and what he asks about it (C01-C08)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.events import record
from journal.models import Entry
from journal.verbs import sentence
from kit.trees import STEP
from people.models import Consent, DataRequest, PrivacyNotice, Unit, User
from people.states import REQUEST_MOVES, SEPARATE_CONSENTS, ConsentKind, RequestState

DORMANT_AFTER = dt.timedelta(days=180)

# ---- the notice -----------------------------------------------------------------------------


def unread_notice(person: User) -> PrivacyNotice | None:
    """The newest notice in force, when the person has not read it yet. One query."""
    read = Consent.objects.standing().filter(
        user=person, kind=ConsentKind.PRIVACY_NOTICE, version=OuterRef("version")
    )
    newest = (
        PrivacyNotice.objects.filter(published_at__lte=timezone.now())
        .annotate(read=Exists(read))
        .order_by("-version")
        .first()
    )
    return newest if newest and not newest.read else None


@transaction.atomic
def acknowledge_notice(person: User, notice: PrivacyNotice) -> None:
    consent, created = Consent.objects.get_or_create(
        user=person, kind=ConsentKind.PRIVACY_NOTICE, version=notice.version, withdrawn_at=None
    )
    if created:
        record("people.notice_read", consent, actor=person, version=notice.version)


# ---- separate consents ----------------------------------------------------------------------


@dataclass(frozen=True)
class Switch:
    """One question of its own: what it means, and whether the answer is yes (PIPL 23, 25)."""

    kind: str
    label: str | Promise
    meaning: str | Promise
    given: Consent | None


_MEANING = {
    ConsentKind.WALL: _(
        "Your name, unit, photo of honor and deeds may stand on walls, posters and public lists "
        "of the enterprise. After a no they disappear at once."
    ),
    ConsentKind.PHOTO: _(
        "Photos in which you can be recognized may be taken in class and coaching, and shown "
        "inside the portal."
    ),
    ConsentKind.COMMUNITY: _(
        "What you write in communities may be read by other units, under your name."
    ),
    ConsentKind.SHARING: _(
        "Your learning record may be given to other unions or enterprises, for example when you "
        "train there. Without a yes they only get numbers."
    ),
}


def switches_of(person: User) -> list[Switch]:
    given = {consent.kind: consent for consent in person.consents.standing()}
    return [
        Switch(kind, ConsentKind(kind).label, _MEANING[kind], given.get(kind))
        for kind in SEPARATE_CONSENTS
    ]


@transaction.atomic
def give_consent(person: User, kind: str) -> Consent:
    """A yes; saying yes twice is one yes."""
    consent, created = Consent.objects.get_or_create(
        user=person, kind=kind, version=0, withdrawn_at=None
    )
    if created:
        record("people.consent_given", consent, actor=person, kind=kind)
    return consent


@transaction.atomic
def withdraw_consent(person: User, kind: str, now: dt.datetime) -> bool:
    """Take a yes back; False when none stands. Whoever shows something listens to the verb."""
    consent = person.consents.standing().filter(kind=kind, version=0).first()
    if consent is None:
        return False
    if not Consent.objects.standing().filter(pk=consent.pk).update(withdrawn_at=now):
        return False
    record("people.consent_withdrawn", consent, actor=person, kind=kind)
    return True


# ---- requests -------------------------------------------------------------------------------


@transaction.atomic
def open_request(person: User, *, kind: str, detail: str) -> DataRequest:
    request = DataRequest.objects.create(user=person, kind=kind, detail=detail)
    record("people.request_opened", request, actor=person)
    return request


@transaction.atomic
def take_back_request(request: DataRequest, *, by: User) -> None:
    """Raises IllegalMove when the request was answered just before."""
    REQUEST_MOVES.make(request, RequestState.WITHDRAWN, handled_at=timezone.now())
    record("people.request_taken_back", request, actor=by)


@transaction.atomic
def answer_request(request: DataRequest, *, done: bool, answer: str, by: User) -> None:
    """Answer with a reason; raises IllegalMove when it was taken back or answered before."""
    state = RequestState.DONE if done else RequestState.REFUSED
    REQUEST_MOVES.make(request, state, handled_by=by, handled_at=timezone.now(), answer=answer)
    verb = "people.request_done" if done else "people.request_refused"
    record(verb, request, actor=by, answer=answer)


# ---- contact data ---------------------------------------------------------------------------


@transaction.atomic
def change_contact(person: User, *, phone: str, email: str) -> bool:
    """One's own phone and e-mail; the journal names what changed, not the values."""
    row = User.objects.select_for_update().get(pk=person.pk)
    changed = [
        name for name, value in (("phone", phone), ("email", email)) if getattr(row, name) != value
    ]
    if not changed:
        return False
    row.phone, row.email = phone, email
    row.save(update_fields=changed)
    record("people.contact_changed", row, actor=person, fields=changed)
    return True


# ---- what we hold ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Holding:
    """One kind of data: what it is, on what legal ground, how long it is kept (C01, C03)."""

    label: str | Promise
    what: str | Promise
    basis: str | Promise
    kept: str | Promise
    # how many records of the person there are; None where it is simply a field
    count: Callable[[User], int] | None = None
    # the records themselves, for the file a person takes along
    rows: Callable[[User], list[dict[str, Any]]] | None = None


HR_BASIS = _("personnel management under the enterprise's rules (PIPL 13.2); no consent needed")
LAW_BASIS = _("duty under the Cybersecurity Law and the PIPL")
CONSENT_BASIS = _("your separate consent; you can withdraw it at any time")

_holdings: list[Holding] = []


def declare_holding(holding: Holding) -> None:
    """Apps above tell here what they keep of a person, so that his page and his file are whole."""
    _holdings.append(holding)


def holdings() -> list[Holding]:
    return list(_holdings)


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def person_facts(person: User) -> dict[str, Any]:
    """The fields of the roster, as the person may read them."""
    return {
        "employee_no": person.employee_no,
        "name": person.name,
        "unit": str(person.unit or ""),
        "union_unit": str(person.union_unit or ""),
        "phone": person.phone,
        "email": person.email,
        "sex": person.get_sex_display() if person.sex else "",
        "born_in": f"{person.born_in:%Y-%m}" if person.born_in else None,
        "hired_on": _day(person.hired_on),
        "employment": person.get_employment_display() if person.employment else "",
        "is_frontline": person.is_frontline,
        "trade": person.trade,
        "rank": person.get_rank_display() if person.rank else "",
        "left_on": _day(person.left_on),
    }


def _placements(person: User) -> list[dict[str, Any]]:
    return [
        {
            "from": _day(row.starts_on), "until": _day(row.ends_on), "unit": str(row.unit),
            "post": str(row.post or ""), "kind": row.get_kind_display(),
        }
        for row in person.placements.for_list()
    ]  # fmt: skip


def _honors(person: User) -> list[dict[str, Any]]:
    return [
        {
            "title": row.title, "level": row.get_level_display(), "body": row.body,
            "year": row.year, "certificate_no": row.certificate_no,
            "state": row.get_state_display(),
        }
        for row in person.honors.order_by("-year", "pk")
    ]  # fmt: skip


def _consents(person: User) -> list[dict[str, Any]]:
    return [
        {
            "kind": row.get_kind_display(), "version": row.version,
            "given_at": row.given_at.isoformat(),
            "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        for row in person.consents.order_by("given_at", "pk")
    ]  # fmt: skip


def _requests(person: User) -> list[dict[str, Any]]:
    return [
        {
            "kind": row.get_kind_display(), "detail": row.detail, "answer": row.answer,
            "state": row.get_state_display(), "created_at": row.created_at.isoformat(),
        }
        for row in person.data_requests.order_by("created_at", "pk")
    ]  # fmt: skip


def entries_about(person: User) -> "Any":
    """What was done with the data of this person, by himself or by others."""
    return Entry.objects.about(person).order_by("-at", "-pk")


def _entries(person: User) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(
        Q(pk__in=entries_about(person).values("pk")) | Q(actor=person)
    ).order_by("-at", "-pk")[:5000]
    return [
        {"at": row.at.isoformat(), "what": sentence(row), "address": row.address} for row in rows
    ]


for _holding in (
    Holding(
        _("Roster"),
        _("name, employee number, unit, post, form of employment, dates, trade and rank"),
        HR_BASIS, _("while you are employed; the training record five years longer"),
        rows=lambda person: [person_facts(person)],
    ),
    Holding(
        _("Contact"), _("phone (kept encrypted) and e-mail"), HR_BASIS,
        _("cleared on the day you leave"),
    ),
    Holding(
        _("Posts held"), _("where you stood, as what, from when to when"), HR_BASIS,
        _("while you are employed and five years longer"),
        lambda person: person.placements.count(), _placements,
    ),
    Holding(
        _("Honors"), _("title, level, awarding body, year, certificate number"), HR_BASIS,
        _("as long as the honor stands"), lambda person: person.honors.count(), _honors,
    ),
    Holding(
        _("Consents"), _("what you were told and agreed to, and when you took it back"),
        LAW_BASIS, _("for life and three years longer"),
        lambda person: person.consents.count(), _consents,
    ),
    Holding(
        _("Data requests"), _("what you asked about your data and what was answered"), LAW_BASIS,
        _("three years"), lambda person: person.data_requests.count(), _requests,
    ),
    Holding(
        _("Sign-in and audit records"), _("time, network address, what was done"), LAW_BASIS,
        _("a year at least; nobody can change or remove them"), lambda person: entries_about(person).count(), _entries,
    ),
):  # fmt: skip
    declare_holding(_holding)


def contact_line() -> str:
    """Whom to ask about one's data; the enterprise names it in PRIVACY_CONTACT."""
    return str(settings.PRIVACY_CONTACT)


# ---- end of day -----------------------------------------------------------------------------


def clear_contacts_of_leavers() -> int:
    """Whoever is no longer on the roll keeps no phone and no e-mail here (invariant 16)."""
    left = User.objects.filter(is_active=False).exclude(phone="", email="")
    count = 0
    for person in left.iterator(chunk_size=500):
        with transaction.atomic():
            User.objects.filter(pk=person.pk, is_active=False).update(phone="", email="")
            record("people.contact_cleared", person, actor=None)
        count += 1
    return count


def report_dormant(now: dt.datetime) -> int:
    """Count, per enterprise, the accounts nobody used for half a year (等保: remove stale ones)."""
    since = now - DORMANT_AFTER
    rows = (
        User.objects.on_roll()
        .exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .filter(Q(last_login__lt=since) | Q(last_login=None, created_at__lt=since))
        .exclude(unit=None)
        .values(root=Substr("unit__path", 1, STEP))
        .annotate(n=Count("pk"))
    )
    found = {int(row["root"]): int(row["n"]) for row in rows}
    for unit in Unit.objects.filter(pk__in=found):
        record("people.dormant_counted", unit, actor=None, count=found[unit.pk])
    return sum(found.values())
