"""What the tools cannot see: foreign keys point down, every page has an answer for everyone."""

import hashlib
import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions import PAGES

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static" / "vendor"
LAYERS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][
    0
]["layers"]
FLOOR = {app: -i for i, row in enumerate(LAYERS) for app in row.split(" | ")}


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models() if m._meta.app_label in FLOOR],
    ids=lambda m: m._meta.label,
)
def test_foreign_keys_point_down(model):
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created or field.related_model is None:
            continue
        target = field.related_model._meta
        if target.label == settings.AUTH_USER_MODEL or target.app_label not in FLOOR:
            continue
        own = model._meta.app_label
        assert own == target.app_label or FLOOR[own] > FLOOR[target.app_label], (
            f"{model._meta.label}.{field.name}"
        )


def test_every_app_has_a_floor():
    assert set(settings.LOCAL_APPS) <= set(FLOOR)


def test_models_match_migrations(db):
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out, stderr=out)


def url_names(patterns, prefix=""):
    for p in patterns:
        if isinstance(p, URLResolver):
            ns = f"{prefix}{p.namespace}:" if p.namespace else prefix
            yield from url_names(p.url_patterns, ns)
        elif isinstance(p, URLPattern) and p.name:
            yield prefix + p.name


def test_every_page_is_in_the_permission_table():
    assert set(url_names(get_resolver().url_patterns)) == set(PAGES)


def templates():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield pytest.param(path, id=str(path.relative_to(ROOT)))


@pytest.mark.parametrize("path", list(templates()))
def test_no_template_carries_script_or_style(path):
    """The content security policy would block it, and only in the browser."""
    text = path.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)


def test_no_python_file_uses_what_the_house_forbids():
    for path in ROOT.glob("*/**/*.py"):
        if path.parts[len(ROOT.parts)] in {".venv", "tests", "var"}:
            continue
        assert path.stem not in {"utils", "helpers"}, path


def test_vendored_files_are_what_their_list_says():
    """Version, license and checksum of each third-party file stand in static/vendor/README.md."""
    listed = dict(
        re.findall(r"\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|", (VENDOR / "README.md").read_text())
    )
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in {".css", ".js"}
    }

    assert listed == files
