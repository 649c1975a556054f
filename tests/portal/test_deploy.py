"""What the compose file promises, as far as it can be proved without Docker."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from tests.portal.test_settings import PRODUCTION, documented

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()
FILLED = {
    "SECRET_KEY": PRODUCTION["SECRET_KEY"],
    "FIELD_KEYS": PRODUCTION["FIELD_KEYS"],
    "SITE_HOST": "xuetang.example.com",
    "PRIVACY_CONTACT": "工会办公室",
    "POSTGRES_PASSWORD": "fordertest",
    "EMAIL_URL": "smtp+tls://user:pass@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "xuetang@example.com",
}
OURS = ("migrate", "web", "worker", "beat")


def fill(text):
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: FILLED[found[1]], str(text))


def run(*command, environ):
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return subprocess.run(  # noqa: S603 -- our own commands
        (sys.executable, *command), cwd=ROOT, env=kept | environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.fixture
def environ(tmp_path):
    """What a container of ours sees."""
    given = {name: fill(value) for name, value in COMPOSE["x-portal"]["environment"].items()}
    return given | {"VAR_DIR": str(tmp_path)}


def test_each_value_of_the_example_is_used_and_none_is_missing():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    assert offered == asked == set(FILLED)


@pytest.mark.parametrize(
    "name", ("SECRET_KEY", "FIELD_KEYS", "POSTGRES_PASSWORD", "PRIVACY_CONTACT")
)
def test_no_secret_has_a_default(name):
    text = (ROOT / "docker-compose.yml").read_text()

    assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)
    assert f"${{{name}:-" not in text
    assert f"${{{name}:?" in text


def test_every_name_given_to_the_portal_is_documented():
    assert set(COMPOSE["x-portal"]["environment"]) <= set(documented())


def test_who_waits_for_whom_exists_and_only_nginx_has_ports():
    services = COMPOSE["services"]

    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_every_service_restarts_and_tells_its_health():
    for name, service in COMPOSE["services"].items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
        # that of the web stands in the Dockerfile
        assert name == "web" or "healthcheck" in service, name


def test_chinese_is_searchable_in_the_database():
    assert (
        "--locale=C.UTF-8" in COMPOSE["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    )


def test_the_configuration_passes_the_check_that_guards_the_start(environ):
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", environ=environ)

    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "check --deploy --fail-level WARNING" in COMPOSE["services"]["migrate"]["command"][2]


def test_gunicorn_understands_the_command_of_the_image(environ):
    """``--check-config`` also loads the application."""
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    command = yaml.safe_load(dockerfile.rpartition("\nCMD ")[2])

    done = run("-m", *command, "--check-config", environ=environ)

    assert (done.returncode, command[0]) == (0, "gunicorn"), done.stderr


@pytest.mark.parametrize("name", ("worker", "beat"))
def test_celery_knows_every_option(name, environ):
    command = COMPOSE["services"][name]["command"]
    known = run("-m", "celery", "-A", "portal", name, "--help", environ=environ).stdout

    for option in (word for word in command if word.startswith("--")):
        assert option in known


def test_the_image_holds_no_key_and_nothing_of_this_machine():
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert {".env", ".git", "var", ".venv"} <= set(ignored)
