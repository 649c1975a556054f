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


class EncryptedField(models.TextField):
    """Text kept under the first key of FIELD_KEYS; the other keys can still read (rotation).

    It cannot be searched or compared in the database. A value that none of the keys opens reads
    as an empty text: the page must still work when a key was lost.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _current().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        if not value:
            return value
        try:
            return _current().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
