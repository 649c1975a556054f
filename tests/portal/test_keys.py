"""The first accounts of an enterprise, and new keys for what lies encrypted."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from people.models import Unit, User
from people.signin import check_code
from people.states import Role
from tests.factories import UserFactory

FOUNDERS = {
    "secadmin": "99002=安全管理员",
    "sysadmin": "99001=系统管理员",
    "logadmin": "99003=审计管理员",
    "hr": "90003=人力资源专员",
}


def stored(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_user WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_an_enterprise_is_founded_with_codes_that_work(db):
    out = StringIO()

    call_command("found", "示例集团", **FOUNDERS, stdout=out)

    rows = [line.split("\t") for line in out.getvalue().splitlines()]
    roles = {Role.SECADMIN, Role.SYSADMIN, Role.LOGADMIN, Role.HR_OFFICER}
    assert {role for _number, _code, role in rows} == {role.value for role in roles}
    for number, code, role in rows:
        assert check_code(number, code, timezone.now()) is not None
        assert User.objects.get(employee_no=number).has_role(Role(role))
    assert Unit.objects.get().name == "示例集团"


def test_an_enterprise_is_founded_once(company):
    with pytest.raises(CommandError, match="already"):
        call_command("found", "示例集团", **FOUNDERS)

    assert User.objects.count() == 0


def test_a_founder_without_a_name_is_told(db):
    with pytest.raises(CommandError, match="NUMBER=NAME"):
        call_command("found", "示例集团", **FOUNDERS | {"hr": "90003"})

    assert (Unit.objects.count(), User.objects.count()) == (0, 0)


def test_values_move_to_the_first_key_and_the_old_one_can_go(db, settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    people = [UserFactory(phone=f"1380013800{n}") for n in range(3)]
    empty = UserFactory(phone="")
    settings.FIELD_KEYS = [new, old]

    call_command("rekey", stdout=StringIO())

    settings.FIELD_KEYS = [new]
    assert [User.objects.get(pk=p.pk).phone for p in people] == [p.phone for p in people]
    assert stored(empty) == ""


def test_a_value_that_no_key_opens_is_kept_and_told(db, settings):
    lost = UserFactory(phone="13800138000")
    before = stored(lost)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    fine = UserFactory(phone="13900139000")

    with pytest.raises(CommandError, match="1 values open with none"):
        call_command("rekey", stdout=StringIO())

    assert stored(lost) == before
    assert User.objects.get(pk=fine.pk).phone == "13900139000"
