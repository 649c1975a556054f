"""Chinese is complete: every source string has its translation, and none is a guess."""

import os
import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

PO = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def catalog(path):
    with path.open("rb") as file:
        return {
            (message.context, message.id if isinstance(message.id, str) else message.id[0]): message
            for message in read_po(file, locale="zh_Hans")
            if message.id
        }


def test_every_string_is_translated_and_none_is_fuzzy():
    open_ends = [
        key
        for key, message in catalog(PO).items()
        if message.fuzzy
        or not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]

    assert open_ends == []


def test_placeholders_survive_translation():
    broken = [key for key, message in catalog(PO).items() if message.check(None) and message.errors]

    assert broken == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="extraction needs GNU gettext")
def test_the_catalog_knows_every_string_of_the_source(tmp_path):
    for name in (*settings.LOCAL_APPS, "templates", "locale"):
        shutil.copytree(
            settings.BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-obsolete"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    fresh = catalog(tmp_path / PO.relative_to(settings.BASE_DIR))

    assert sorted(set(fresh) - set(catalog(PO)), key=str) == []
