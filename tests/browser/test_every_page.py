"""axe-core finds nothing on any page: phone and desktop, normal and large type."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.permissions import ARGS, PAGES

pytestmark = pytest.mark.browser

# answered with something else than a page: files, fragments of the API, redirects
NOT_PAGES = ("api-", "health")
DOWNLOADS = {"journal:job-file", "exchange:bad-rows", "exchange:template"}
AXE = Axe()
RULES = {
    "runOnly": [
        "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ],
}  # fmt: skip


def pages_by_role():
    """Each page once, as the first role that may see it."""
    roles = {}
    for name, methods in PAGES.items():
        if name.startswith(NOT_PAGES) or name in DOWNLOADS:
            continue
        seen = [role for role, status in methods.get("get", {}).items() if status == 200]
        if seen:
            role = next((r for r in seen if r != "anonymous"), "anonymous")
            roles.setdefault(role, []).append(name)
    return roles


def problems_of(page):
    found = AXE.run(page, options={"runOnly": {"type": "tag", "values": RULES["runOnly"]}})
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    lines = [
        f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}"
        for v in found.response["violations"]
    ]
    return lines + ([f"{wide} px wider than the window"] if wide > 0 else [])


@pytest.mark.parametrize("large", (False, True), ids=("normal", "large"))
@pytest.mark.parametrize("size", ("phone", "desktop"))
@pytest.mark.parametrize("role", sorted(pages_by_role()))
def test_axe_finds_nothing(world, open_page, role, size, large):
    user = world.people.get(role)
    page = open_page(size, user=user, large=large)
    found = {}
    for name in pages_by_role()[role]:
        answer = page.goto(reverse(name, args=ARGS[name](world) if name in ARGS else []))
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if problems := problems_of(page):
            found[name] = problems

    assert found == {}


@pytest.mark.parametrize("path", ("/nowhere/", "/desk/"))
@pytest.mark.parametrize("size", ("phone", "desktop"))
def test_axe_finds_nothing_on_refusals(world, open_page, path, size):
    page = open_page(size, user=world.people["employee"])

    assert page.goto(path).status in {403, 404}
    assert problems_of(page) == []


# what stands alone and is lower than a finger; links within a sentence may be as low as the line,
# and where a link covers its cell the cell counts
TOO_LOW = """() => [...document.querySelectorAll("a[href], button, summary, input, select")]
  .filter(e => {
    const box = e.getBoundingClientRect();
    if (e.type === "hidden" || box.width < 2 || !e.checkVisibility({visibilityProperty: true}))
      return false;
    if (e.closest(".visually-hidden, .skip")) return false;
    if (e.tagName === "A" && getComputedStyle(e, "::after").position === "absolute")
      return e.closest("div").getBoundingClientRect().height < 43.5;
    if (e.tagName === "A" && getComputedStyle(e).display === "inline"
        && e.parentElement.textContent.trim() !== e.textContent.trim()) return false;
    const label = e.closest("label");
    return (label || e).getBoundingClientRect().height < 43.5;
  }).map(e => `${e.tagName} ${e.className} ${e.textContent.trim() || e.name}`)"""


@pytest.mark.parametrize("language", ("zh-hans", "en"))
@pytest.mark.parametrize("role", sorted(pages_by_role()))
def test_a_small_phone_shows_all_and_a_finger_hits_it(world, open_page, role, language):
    page = open_page("phone", user=world.people.get(role), language=language)
    page.set_viewport_size({"width": 320, "height": 640})
    found = {}
    for name in pages_by_role()[role]:
        answer = page.goto(reverse(name, args=ARGS[name](world) if name in ARGS else []))
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        low = page.evaluate(TOO_LOW)
        if wide > 0 or low:
            found[name] = (wide, low)

    assert found == {}
