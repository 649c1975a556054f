"""What is refused at the door, and with what headers everything leaves it."""

import json

import pytest
from django.urls import reverse

from tests.factories import HonorFactory


@pytest.mark.parametrize("method", ("TRACE", "CONNECT", "BREW"))
def test_methods_no_page_answers_are_refused(client, method):
    assert client.generic(method, "/").status_code == 405


def test_every_page_carries_a_policy_without_inline_script_or_style(client, db):
    policy = client.get(reverse("help"))["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("header", "value"),
    (
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
    ),
)
def test_safety_headers(client, db, header, value):
    assert client.get(reverse("help"))[header] == value


@pytest.mark.parametrize("depth", (40, 3000))
def test_deeply_nested_json_is_refused_in_words(as_user, officer, employee, company, depth):
    honor = HonorFactory(person=employee, unit=company)
    body = "[" * depth + "]" * depth

    answer = as_user(officer).post(
        reverse("honors-move", args=[honor.pk]), body, content_type="application/json"
    )

    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


def test_the_api_asks_for_a_token(client, db):
    answer = client.get("/api/v1/people/")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")


def test_an_unknown_page_offers_a_way_on(client, db, as_user, employee):
    page = as_user(employee).get("/nowhere/")

    assert page.status_code == 404
    assert reverse("search") in page.content.decode()


def test_errors_of_the_api_are_json(as_user, employee):
    answer = as_user(employee).get("/api/v1/people/99999/")

    assert (answer.status_code, list(json.loads(answer.content))) == (404, ["detail"])
