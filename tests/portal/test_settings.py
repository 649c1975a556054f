"""Each name is documented, each check fires when it should, and production does not start half."""

import ast
import os
import re
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import run_checks

from portal.keys import fresh_keys

ROOT = settings.BASE_DIR
PRODUCTION = {
    "SECRET_KEY": "h7Wq" * 16 + "xyzabcdefg",
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "ALLOWED_HOSTS": "xuetang.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://xuetang.example.com",
    "SITE_URL": "https://xuetang.example.com",
    "PRIVACY_CONTACT": "工会办公室",
}


def names_in(source):
    """The first argument of each ``env.kind("NAME")``, also of ``environ.Env().kind("NAME")``."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and ast.unparse(node.func.value) in {"env", "environ.Env()"}
        ):
            yield node.args[0].value


def documented():
    text = (ROOT / "docs" / "settings.md").read_text()
    return re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)


def run(*command, tmp_path, **environ):
    """A process that sees this environment alone, and no keys of this checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(  # noqa: S603 -- our own commands
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**kept, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"} | environ,
    )  # fmt: skip


def deploy_check(tmp_path, **changes):
    environ = {name: value for name, value in (PRODUCTION | changes).items() if value is not None}
    return run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **environ
    )


def test_every_name_is_documented_once_and_none_is_invented():
    code = {
        name
        for file in ("settings.py", "env.py")
        for name in names_in((ROOT / "portal" / file).read_text())
    }

    assert sorted(documented()) == sorted(code)


def test_a_name_in_the_code_would_be_found():
    source = 'A = env.bool("ALPHA", default=False)\nB = Path(environ.Env().str("BETA"))'

    assert list(names_in(source)) == ["ALPHA", "BETA"]


@pytest.mark.parametrize("name", PRODUCTION)
def test_what_production_must_set_is_named_as_such(name):
    text = (ROOT / "docs" / "settings.md").read_text()

    assert f"`{name}`" in re.search(r"\*\*Must set\*\*.*", text).group()


def test_production_is_clean(tmp_path):
    done = deploy_check(tmp_path)

    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.mark.parametrize(
    ("change", "identity"),
    (
        ({"FIELD_KEYS": None}, "portal.E001"),
        ({"FIELD_KEYS": "not-a-key"}, "portal.E002"),
        ({"DEMO": "1"}, "portal.E003"),
        ({"TWO_FACTOR_REQUIRED": "0"}, "portal.W004"),
        ({"REDIS_URL": None}, "portal.E005"),
        ({"PRIVACY_CONTACT": None}, "portal.W006"),
        ({"DATABASE_URL": None}, "portal.W007"),
        ({"BEHIND_TLS": "0"}, "security.W008"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"DEBUG": "1"}, "security.W018"),
    ),
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_production_refuses(change, identity, tmp_path):
    done = deploy_check(tmp_path, **change)

    assert done.returncode == 1
    assert f"({identity})" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "identity"),
    (
        ("PASSWORD_POLICY", "none", "portal.E008"),
        ("SITE_URL", "xuetang.example.com", "portal.E009"),
        ("SITE_URL", "https://xuetang.example.com/", "portal.E009"),
        ("LOCKOUT_FAILURES", 0, "portal.E010"),
        ("LOCKOUT_MINUTES", 0, "portal.E010"),
        ("IDLE_MINUTES", 0, "portal.E010"),
        ("IDLE_MINUTES_DESK", -1, "portal.E010"),
        ("MEDIA_ROOT", "media", "portal.E011"),
        ("FIELD_KEYS", [], "portal.E001"),
        ("FIELD_KEYS", ["short"], "portal.E002"),
    ),
)
def test_a_value_that_makes_no_sense_is_told(name, value, identity, settings):
    before = {message.id for message in run_checks()}
    setattr(settings, name, value)

    assert {message.id for message in run_checks()} - before == {identity}


@pytest.mark.parametrize(
    "command",
    (
        ("manage.py", "migrate"),
        ("-c", "import portal.wsgi"),
        ("-m", "celery", "-A", "portal", "worker"),
        ("-m", "celery", "-A", "portal", "beat"),
    ),
    ids=("migrate", "web", "worker", "beat"),
)
def test_nothing_starts_without_a_secret_key(command, tmp_path):
    environ = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}

    done = run(*command, tmp_path=tmp_path, **environ)

    assert done.returncode != 0
    assert "SECRET_KEY is not set. Run `make setup`" in done.stderr


def test_the_demo_is_not_loaded_in_production(tmp_path):
    done = run("manage.py", "demo", "load", tmp_path=tmp_path, **PRODUCTION)

    assert done.returncode == 1
    assert "set DEMO=1" in done.stderr


def test_fresh_keys_are_fresh_and_fit(tmp_path):
    one, other = (dict(line.split("=", 1) for line in fresh_keys().splitlines()) for _ in "ab")

    assert set(one) == {"SECRET_KEY", "FIELD_KEYS"}
    assert one["SECRET_KEY"] != other["SECRET_KEY"]
    assert one["FIELD_KEYS"] != other["FIELD_KEYS"]
    assert deploy_check(tmp_path, **one).returncode == 0


def test_keys_are_read_from_the_file_and_the_environment_wins(tmp_path):
    (tmp_path / "secrets.env").write_text("SECRET_KEY=from-the-file\nPRIVACY_CONTACT=file\n")
    show = "from django.conf import settings as s; print(s.SECRET_KEY, s.PRIVACY_CONTACT)"

    done = run("-c", show, tmp_path=tmp_path, PRIVACY_CONTACT="environment")

    assert done.stdout.split() == ["from-the-file", "environment"]
