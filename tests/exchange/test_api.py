"""The import for programs: the same rules and services as the pages."""

import pytest
from django.urls import reverse

from exchange.models import Batch
from exchange.states import BatchState
from people.models import User
from tests.exchange.conftest import run, table
from tests.exchange.test_services import GOOD, row

pytestmark = pytest.mark.usefixtures("workshop")


@pytest.fixture
def api(as_user, officer):
    return as_user(officer)


def root():
    return reverse("imports-list")


def test_a_program_uploads_reads_the_check_imports_and_undoes(
    api, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = api.post(root(), {"kind": "roster", "file": table(GOOD, row("00418", phone="1"))})
    assert made.status_code == 201
    here = f"{root()}{made.json()['id']}/"
    assert api.get(here).json()["rows_bad"] == 1
    bad = api.get(f"{here}rows/?verdict=bad").json()["results"]
    assert [(r["number"], r["problems"][0]["message"]) for r in bad] == [
        (3, "Only 1 digits; 10 missing.")
    ]
    assert "13800138000" not in api.get(f"{here}rows/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.post(f"{here}apply/").status_code == 200
    assert User.objects.filter(employee_no="00417").exists()
    assert api.post(f"{here}apply/", {}, content_type="application/json").status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        assert api.post(f"{here}undo/").status_code == 200
    assert api.post(f"{here}undo/").status_code == 409
    assert Batch.objects.get().state == BatchState.UNDONE


def test_the_api_asks_the_form(api):
    answer = api.post(root(), {"kind": "roster", "file": table(GOOD, name="a.exe")})
    assert answer.status_code == 400
    assert "file" in answer.json()
    assert api.post(root(), {"kind": "nothing", "file": table(GOOD)}).status_code == 400


@pytest.mark.parametrize("action", ("", "rows/"))
def test_a_batch_of_another_enterprise_does_not_exist(as_user, receive, stranger, action):
    here = f"{root()}{receive(GOOD).pk}/"
    visitor = as_user(stranger)
    assert visitor.get(f"{here}{action}").status_code == 404
    assert visitor.post(f"{here}apply/").status_code == 404
    assert visitor.post(f"{here}undo/").status_code == 404
    assert visitor.get(root()).json()["results"] == []


def test_who_keeps_no_roster_imports_none(as_user, sysadmin):
    answer = as_user(sysadmin).post(root(), {"kind": "roster", "file": table(GOOD)})
    assert answer.status_code == 403
    assert not Batch.objects.exists()


def test_nothing_to_import_is_a_conflict(api, receive, carry_out):
    carry_out(receive(GOOD))
    again = receive(GOOD)
    assert api.post(f"{root()}{again.pk}/apply/").status_code == 409
    assert run(again).state == BatchState.CHECKED
