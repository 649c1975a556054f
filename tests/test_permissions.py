"""Every page and API address, asked by every role (tests/permissions.py holds the answers)."""

import pytest
from django.urls import reverse

from tests import world as worlds
from tests.permissions import ARGS, PAGES

CASES = [
    pytest.param(name, method, role, status, id=f"{name}-{method}-{role}")
    for name, methods in PAGES.items()
    for method, roles in methods.items()
    for role, status in roles.items()
]


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.TWO_FACTOR_REQUIRED = False  # two-step sign-in has its own tests
    return worlds.build()


@pytest.mark.parametrize(("name", "method", "role", "status"), CASES)
def test_page_answers_role_with_status(client, world, name, method, role, status):
    if role != "anonymous":
        client.force_login(world.people[role])
    args = ARGS[name](world) if name in ARGS else []

    answer = getattr(client, method)(reverse(name, args=args))

    assert answer.status_code == status
    getattr(answer, "close", lambda: None)()
