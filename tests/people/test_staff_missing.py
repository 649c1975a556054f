"""Who is on the roll and not in the roster: the page tells, a person decides."""

# ruff: noqa: F401, F811 -- the fixtures of the exchange tests serve here as well

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from exchange import services
from exchange.models import Batch
from exchange.states import BatchState
from people.models import User
from tests.exchange.conftest import carry_out, officer, receive, run
from tests.factories import UserFactory

GOOD = ("00417", "学员甲", "总装一车间", "", "", "焊工")


@pytest.fixture(autouse=True)
def _in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture
def batch(workshop, receive, carry_out):
    return carry_out(receive(GOOD))


def page(batch):
    return reverse("people:roster-missing", args=[batch.pk])


def test_the_page_lists_who_is_not_in_the_file_and_not_oneself(
    as_user, officer, batch, workshop, other_company
):
    UserFactory(name="学员丙", unit=workshop)
    UserFactory(name="外单位丁", unit=other_company)
    UserFactory(name="旧人戊", unit=workshop, is_active=False)
    text = as_user(officer).get(page(batch)).content.decode()
    assert "学员丙" in text
    for name in ("学员甲", "外单位丁", "旧人戊"):
        assert name not in text
    assert f'value="{officer.pk}"' not in text


def test_the_ticked_leave_and_the_others_stay(as_user, officer, batch, workshop):
    gone, stays = UserFactory(unit=workshop), UserFactory(unit=workshop)
    visitor = as_user(officer)
    asked = visitor.post(page(batch), {"people": [gone.pk]})
    assert asked.status_code == 200  # the people are named once more
    gone.refresh_from_db()
    assert gone.is_active
    assert visitor.post(page(batch), {"people": [gone.pk], "sure": "1"}).status_code == 302
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.is_active, stays.is_active) == (False, True)


def test_undo_brings_back_who_left_by_this_page(as_user, officer, batch, workshop):
    gone = UserFactory(unit=workshop, phone="13800138000")
    as_user(officer).post(page(batch), {"people": [gone.pk], "sure": "1"})
    batch.refresh_from_db()
    services.order_undo(batch, by=officer, now=timezone.now())
    run(batch)
    gone.refresh_from_db()
    assert (gone.is_active, gone.left_on) == (True, None)


def test_nobody_ticked_is_told(as_user, officer, batch, workshop):
    UserFactory(unit=workshop)
    answer = as_user(officer).post(page(batch))
    assert answer.status_code == 422
    assert "Tick the people who left." in answer.content.decode()


@pytest.mark.parametrize("who", ("in the file", "himself", "elsewhere"))
def test_nobody_else_can_be_slipped_in(as_user, officer, batch, other_company, who):
    person = {
        "in the file": lambda: User.objects.get(employee_no="00417"),
        "himself": lambda: officer,
        "elsewhere": lambda: UserFactory(unit=other_company),
    }[who]()
    assert (
        as_user(officer).post(page(batch), {"people": [person.pk], "sure": "1"}).status_code == 422
    )
    person.refresh_from_db()
    assert person.is_active


@pytest.mark.parametrize("who", ("stranger", "employee", "sysadmin"))
def test_the_page_does_not_exist_for_others(as_user, batch, request, who):
    assert as_user(request.getfixturevalue(who)).get(page(batch)).status_code == 404


@pytest.mark.parametrize("state", (BatchState.CHECKED, BatchState.UNDONE, BatchState.APPLYING))
def test_there_is_no_such_page_before_the_import_or_after_its_end(as_user, officer, batch, state):
    Batch.objects.update(state=state)
    assert as_user(officer).get(page(batch)).status_code == 404


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_costs_the_same_for_any_length(
    as_user, officer, batch, workshop, count, django_assert_max_num_queries
):
    for _person in range(count):
        UserFactory(unit=workshop)
    visitor = as_user(officer)
    visitor.get(page(batch))
    with django_assert_max_num_queries(16):
        visitor.get(page(batch))
