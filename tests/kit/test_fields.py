import pytest
from cryptography.fernet import Fernet
from django.db import connection

from people.models import User
from tests.factories import UserFactory


def stored(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_user WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


def test_a_phone_lies_encrypted_and_reads_plainly(db):
    person = UserFactory(phone="13812345678")

    assert "13812345678" not in stored(person)
    assert User.objects.get(pk=person.pk).phone == "13812345678"


def test_an_old_key_still_reads_after_a_new_one_came(db, settings):
    person = UserFactory(phone="13812345678")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert User.objects.get(pk=person.pk).phone == "13812345678"


def test_a_lost_key_does_not_break_the_page(db, settings):
    person = UserFactory(phone="13812345678")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert User.objects.get(pk=person.pk).phone == ""


def test_saving_a_row_while_a_key_is_missing_loses_nothing(db, settings):
    person = UserFactory(phone="13812345678")
    keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    User.objects.get(pk=person.pk).save()
    settings.FIELD_KEYS = keys

    assert User.objects.get(pk=person.pk).phone == "13812345678"


@pytest.mark.parametrize("empty", ("", None))
def test_nothing_stays_nothing(db, empty):
    assert stored(UserFactory(phone=empty or "")) == ""
