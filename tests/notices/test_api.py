import pytest
from django.utils import timezone

from notices.models import Notice
from tests.notices.conftest import make_notice

URL = "/api/v1/notices/"


def test_my_messages_newest_first(as_user, reader, colleague):
    make_notice(reader, title="旧的", read_at=timezone.now())
    make_notice(reader, title="新的")
    make_notice(colleague, title="别人的")
    client = as_user(reader)

    assert [n["title"] for n in client.get(URL).json()["results"]] == ["新的", "旧的"]
    assert [n["title"] for n in client.get(f"{URL}?unread=1").json()["results"]] == ["新的"]


def test_one_is_marked_read_and_again(as_user, reader):
    notice = make_notice(reader)
    client = as_user(reader)
    first = client.post(f"{URL}{notice.pk}/read/").json()["read_at"]

    assert first is not None
    assert client.post(f"{URL}{notice.pk}/read/").json()["read_at"] == first


def test_all_are_marked_read(as_user, reader, colleague):
    make_notice(reader)
    make_notice(reader)
    make_notice(colleague)

    assert as_user(reader).post(f"{URL}read/").json() == {"marked": 2}
    assert [Notice.objects.unread_count(u) for u in (reader, colleague)] == [0, 1]


def test_the_messages_of_others_do_not_exist(as_user, reader, colleague):
    notice = make_notice(colleague)
    client = as_user(reader)

    answers = [client.get(f"{URL}{notice.pk}/"), client.post(f"{URL}{notice.pk}/read/")]
    assert [a.status_code for a in answers] == [404, 404]
    assert Notice.objects.unread_count(colleague) == 1


def test_messages_are_neither_written_nor_removed_from_outside(as_user, reader):
    notice = make_notice(reader)
    client = as_user(reader)

    answers = [client.post(URL, {"title": "x"}), client.delete(f"{URL}{notice.pk}/")]
    assert [a.status_code for a in answers] == [405, 405]


def test_nobody_reads_without_signing_in(client, db):
    assert client.get(URL).status_code == 401


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_costs_the_same_for_any_length(
    as_user, reader, django_assert_max_num_queries, count
):
    for _n in range(count):
        make_notice(reader)
    client = as_user(reader)

    with django_assert_max_num_queries(8) as seen:
        client.get(URL)

    assert sum("notices_notice" in q["sql"] for q in seen.captured_queries) == 2
