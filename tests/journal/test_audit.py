import io

import pytest
from django.urls import reverse

from journal.events import record
from journal.models import Job
from kit.csvfile import safe_cell, write_csv


@pytest.fixture
def happened(employee, stranger):
    """One entry within the company, one in another enterprise."""
    return (
        record("tests.here", employee, actor=employee),
        record("tests.elsewhere", stranger, actor=stranger),
    )


def test_the_audit_log_shows_the_own_enterprise_alone(as_user, logadmin, happened):
    page = as_user(logadmin).get(reverse("journal:audit"))

    assert [entry.verb for entry in page.context["page"]] == ["tests.here"]


@pytest.mark.parametrize("count", (1, 3))
def test_the_audit_log_costs_the_same_for_any_length(
    as_user, logadmin, employee, django_assert_max_num_queries, count
):
    for _number in range(count):
        record("tests.here", employee, actor=employee)
    client = as_user(logadmin)

    with django_assert_max_num_queries(9):
        page = client.get(reverse("journal:audit"))

    assert page.content.decode().count('id="entry-') == count


@pytest.mark.parametrize(
    ("query", "found"),
    (
        ({"person": "nobody"}, 0),
        ({"area": "tests."}, 1),
        ({"failed": "on"}, 0),
        ({"since": "2020-01-01", "until": "2020-02-01"}, 0),
    ),
)
def test_the_filter_narrows(as_user, logadmin, happened, query, found):
    page = as_user(logadmin).get(reverse("journal:audit"), query)

    # an area that is not on the list is an error, and an error filters nothing
    assert page.context["page"].paginator.count == found


def test_a_day_before_the_first_is_told_at_the_field(as_user, logadmin):
    page = as_user(logadmin).get(
        reverse("journal:audit"), {"since": "2026-02-01", "until": "2026-01-01"}
    )

    assert list(page.context["form"].errors) == ["until"]


def test_an_export_needs_a_reason(as_user, logadmin):
    page = as_user(logadmin).post(reverse("journal:audit-export"), {"reason": " "})

    assert (page.status_code, Job.objects.count()) == (422, 0)


def test_the_export_holds_the_own_enterprise_alone(
    as_user, logadmin, happened, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        as_user(logadmin).post(reverse("journal:audit-export"), {"reason": "年度检查"})

    with Job.objects.get().file.open() as kept:
        text = kept.read().decode("utf-8-sig")
    assert ("tests.here" in text, "tests.elsewhere" in text) == (True, False)


@pytest.mark.parametrize("bad", ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1"))
def test_a_cell_never_computes(bad):
    assert safe_cell(bad) == f"'{bad}"


def test_csv_opens_in_excel_as_chinese():
    assert write_csv(["姓名"], [["王进喜"]]).read() == "\ufeff姓名\r\n王进喜\r\n".encode()
    assert isinstance(write_csv([], []), io.BytesIO)
