"""How heavy the pages are for a four-year-old phone on plant Wi-Fi (UX §7)."""

import gzip

import pytest
from django.conf import settings
from django.urls import reverse

from tests.permissions import ARGS

STATIC = settings.BASE_DIR / "static"
KB = 1024


def packed(*paths):
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def test_style_and_script_keep_their_budget():
    styles = packed(
        *(STATIC / name for name in ("tokens.css", "icons.css", "app.css")),
        STATIC / "vendor" / "bootstrap-5.3.9.min.css",
    )
    scripts = packed(STATIC / "app.js", STATIC / "vendor" / "htmx-2.0.11.min.js")
    print(f"\nCSS {styles / KB:.1f} KB, JS {scripts / KB:.1f} KB gz")

    assert styles <= 60 * KB
    assert scripts <= 20 * KB


@pytest.mark.browser
@pytest.mark.parametrize(
    ("role", "name"),
    (
        ("employee", "home"),
        ("employee", "people:me"),
        ("employee", "people:my-data"),
        ("employee", "people:figure-list"),
        ("officer", "desk"),
        ("officer", "people:roster"),
        ("officer", "people:unit-list"),
        ("officer", "exchange:batch"),
    ),
)
def test_a_page_is_light_and_shallow(world, open_page, client, role, name):
    page = open_page("phone", user=world.people[role])
    page.goto(reverse(name, args=ARGS[name](world) if name in ARGS else []))
    nodes = page.evaluate("document.querySelectorAll('*').length")
    size = len(gzip.compress(page.content().encode()))
    print(f"\n{name}: HTML {size / KB:.1f} KB gz, {nodes} nodes")

    assert size <= 15 * KB
    assert nodes <= 900


@pytest.mark.browser
@pytest.mark.parametrize("path", ("/account/login/", "/"))
def test_the_first_page_is_small_with_all_it_loads(world, open_page, path):
    page = open_page("phone", user=None if "login" in path else world.people["employee"])
    sizes = {}

    def weigh(answer):
        sizes[answer.url] = len(gzip.compress(answer.body()))

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(path, wait_until="networkidle")
    print(f"\n{path}: {sum(sizes.values()) / KB:.1f} KB gz in {len(sizes)} answers")

    assert len(sizes) > 5  # page, styles, scripts
    assert sum(sizes.values()) <= 120 * KB
