"""A text that lies encrypted in the database (HANDBOOK C09)."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current() -> MultiFernet:
    return _box(tuple(settings.FIELD_KEYS))


class Locked(str):
    """Stands for a text no key opens: empty to read, and written back as it was found."""

    __slots__ = ("sealed",)
    sealed: str


def _locked(sealed: str) -> Locked:
    text = Locked()
    text.sealed = sealed
    return text


class EncryptedField(models.TextField):
    """Text kept under the first key of FIELD_KEYS; the other keys can still read (rotation).

    It cannot be searched or compared in the database. A value that none of the keys opens reads
    as an empty text, for the page must still work when a key was lost; saving the row writes it
    back untouched, so that it can be read again once the key is found.
    """

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Locked):
            return value.sealed
        text = super().get_prep_value(value)
        return _current().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        if not value:
            return value
        try:
            return _current().decrypt(value.encode()).decode()
        except InvalidToken:
            return _locked(value)
