import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from people.models import Consent, Honor, Placement, User
from people.states import ConsentKind, HonorState, PlacementKind
from tests.factories import HonorFactory, UnitFactory, UserFactory

TODAY = dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    ("name", "pinyin"),
    (
        ("孟泰", "meng tai 孟泰"),
        ("单志刚", "shan zhi gang 单志刚"),
        ("阿迪力·买买提", "a di li mai mai ti 阿迪力·买买提"),
        ("Smith", "smith"),
    ),
)
def test_a_name_brings_its_pinyin(db, name, pinyin):
    assert UserFactory(name=name).pinyin == pinyin


def test_people_are_sorted_as_in_a_dictionary(db):
    for name in ("赵梦桃", "孟泰", "倪志福", "安和"):
        UserFactory(name=name)

    names = User.objects.order_by("pinyin").values_list("name", flat=True)

    assert list(names) == ["安和", "孟泰", "倪志福", "赵梦桃"]


def test_a_change_of_name_alone_renews_terms_and_pinyin(db):
    person = UserFactory(name="孟泰")
    person.name = "倪志福"
    person.save(update_fields=["name"])

    person.refresh_from_db()
    assert (person.pinyin, User.objects.matching("nizhifu").get()) == ("ni zhi fu 倪志福", person)


# ---- what honors are on display -----------------------------------------------------------------


@pytest.fixture
def bearer(workshop):
    person = UserFactory(name="导师A", unit=workshop)
    Consent.objects.create(user=person, kind=ConsentKind.WALL)
    return person


def displayed(viewer):
    return list(Honor.objects.on_display(viewer.unit.path[:8], TODAY))


def test_a_valid_honor_with_consent_is_on_display(employee, bearer):
    honor = HonorFactory(person=bearer, unit=bearer.unit)

    assert displayed(employee) == [honor]


@pytest.mark.parametrize("state", (HonorState.APPLIED, HonorState.SUSPENDED, HonorState.WITHDRAWN))
def test_only_valid_honors_are_on_display(employee, bearer, state):
    HonorFactory(person=bearer, unit=bearer.unit, state=state)

    assert displayed(employee) == []


def test_without_consent_nothing_is_on_display(employee, workshop):
    HonorFactory(person=UserFactory(unit=workshop), unit=workshop)

    assert displayed(employee) == []


@pytest.mark.parametrize("kind", (ConsentKind.PHOTO, ConsentKind.COMMUNITY, ConsentKind.SHARING))
def test_another_consent_does_not_count(employee, workshop, kind):
    person = UserFactory(unit=workshop)
    Consent.objects.create(user=person, kind=kind)
    HonorFactory(person=person, unit=workshop)

    assert displayed(employee) == []


def test_a_consent_taken_back_hides_at_once(employee, bearer):
    HonorFactory(person=bearer, unit=bearer.unit)
    bearer.consents.update(withdrawn_at="2026-05-04T00:00:00Z")

    assert displayed(employee) == []


def test_who_left_is_no_longer_on_display(employee, bearer):
    HonorFactory(person=bearer, unit=bearer.unit)
    User.objects.filter(pk=bearer.pk).update(is_active=False)

    assert displayed(employee) == []


@pytest.mark.parametrize(("ends", "shown"), ((5, True), (4, True), (3, False)))
def test_a_public_notice_needs_no_consent_and_expires_by_itself(employee, workshop, ends, shown):
    HonorFactory(
        person=UserFactory(unit=workshop), unit=workshop, state=HonorState.PUBLIC_NOTICE,
        notice_ends_on=dt.date(2026, 5, ends),
    )  # fmt: skip

    assert len(displayed(employee)) == shown


def test_another_enterprise_sees_nothing(stranger, bearer):
    HonorFactory(person=bearer, unit=bearer.unit)

    assert displayed(stranger) == []
    assert list(Honor.objects.visible_to(stranger)) == []


def test_an_employee_sees_his_own_honor_in_any_state(employee):
    honor = HonorFactory(person=employee, unit=employee.unit, state=HonorState.WITHDRAWN)

    assert list(Honor.objects.visible_to(employee)) == [honor]


def test_a_withdrawn_honor_of_a_colleague_does_not_exist(employee, bearer, officer):
    honor = HonorFactory(person=bearer, unit=bearer.unit, state=HonorState.WITHDRAWN)

    assert list(Honor.objects.visible_to(employee)) == []
    assert list(Honor.objects.visible_to(officer)) == [honor]


# ---- promises of the database -------------------------------------------------------------------


def test_a_person_has_one_present_placement(employee, workshop):
    facts = {"person": employee, "unit": workshop, "kind": PlacementKind.ROTATION}
    Placement.objects.create(starts_on="2020-01-01", **facts)

    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(starts_on="2021-01-01", **facts)


def test_an_honor_is_entered_once(employee):
    HonorFactory(person=employee, unit=employee.unit, year=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        HonorFactory(person=employee, unit=employee.unit, year=None)


def test_an_honor_without_bearer_is_refused(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        HonorFactory(person=None, unit=UnitFactory())


def test_who_left_is_inactive(employee):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=employee.pk).update(left_on="2026-01-01")
