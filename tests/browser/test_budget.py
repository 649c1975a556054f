"""How heavy the pages are for a four-year-old phone on plant Wi-Fi (UX §7)."""

import gzip

import pytest
from django.conf import settings
from django.urls import reverse

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
    ),
)
def test_a_page_is_light_and_shallow(world, open_page, client, role, name):
    page = open_page("phone", user=world.people[role])
    page.goto(reverse(name))
    nodes = page.evaluate("document.querySelectorAll('*').length")
    size = len(gzip.compress(page.content().encode()))
    print(f"\n{name}: HTML {size / KB:.1f} KB gz, {nodes} nodes")

    assert size <= 15 * KB
    assert nodes <= 900
