import datetime as dt

import pytest
from django.test import TestCase
from django.utils import timezone

from notices.models import Notice
from notices.services import write_due_reminders
from people import privacy, signin
from people.models import DataRequest
from people.states import RequestKind, Role
from tests.factories import GrantFactory


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def request_of(employee):
    def make(days):
        return DataRequest.objects.create(
            user=employee, kind=RequestKind.CORRECTION, detail="等级应为高级工",
            created_at=timezone.now() - dt.timedelta(days=days),
        )  # fmt: skip

    return make


def told():
    return sorted(Notice.objects.values_list("user__name", "kind"))


@pytest.mark.parametrize("done", (True, False))
def test_the_asker_hears_of_the_answer_once(employee, officer, request_of, done):
    with TestCase.captureOnCommitCallbacks(execute=True):
        privacy.answer_request(request_of(1), done=done, answer="已改为高级工", by=officer)

    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.body) == (
        employee, "people.request_answered", "已改为高级工",
    )  # fmt: skip


def test_the_keepers_of_the_unit_are_reminded_after_ten_days(
    employee, officer, stranger, secadmin, workshop, request_of
):
    hr = GrantFactory(user__name="人力资源", role=Role.HR_OFFICER, unit=workshop).user
    GrantFactory(user=employee, role=Role.UNION_OFFICER, unit=workshop)
    request = request_of(9)
    assert write_due_reminders(timezone.now()) == 0
    DataRequest.objects.update(created_at=timezone.now() - dt.timedelta(days=10))

    for _run in range(2):
        write_due_reminders(timezone.now())

    assert told() == sorted(
        [(officer.name, "people.request_waiting"), (hr.name, "people.request_waiting")]
    )
    assert Notice.objects.first().url == f"/desk/requests/{request.pk}/"


def test_answered_requests_remind_nobody(officer, request_of):
    privacy.answer_request(request_of(12), done=True, answer="好", by=officer)

    assert write_due_reminders(timezone.now()) == 0


def test_a_person_hears_that_a_code_was_given_out(employee, officer):
    with TestCase.captureOnCommitCallbacks(execute=True):
        signin.issue_code(employee, by=officer, now=timezone.now())

    assert told() == [(employee.name, "people.account_touched")]
