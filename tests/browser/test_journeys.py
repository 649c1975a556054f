"""The main journeys in Chromium, on the phone and at the desk, with scripts and without."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from people.models import User
from tests.factories import UserFactory
from tests.rosters import write_roster
from tests.world import read_notice

pytestmark = pytest.mark.browser
PASSWORD = "shangban-anquan-2026"


@pytest.fixture
def worker(world):
    """An employee with a password of his own."""
    person = UserFactory(
        employee_no="00418", name="学员418", unit=world.workshop, phone="13800138001"
    )
    person.set_password(PASSWORD)
    person.save()
    read_notice(person)
    return person


def sign_in(page, number, password):
    page.fill("[name=login]", number)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


@pytest.mark.parametrize("scripts", (True, False), ids=("scripts", "no-scripts"))
def test_an_employee_signs_in_after_a_wrong_password_and_reads_a_story(worker, open_page, scripts):
    page = open_page("phone", scripts=scripts)
    page.goto("/")

    sign_in(page, "００４１８", "wrong")
    assert page.locator(".errsum").is_visible()
    assert page.input_value("[name=login]") != ""
    sign_in(page, "００４１８", PASSWORD)
    page.wait_for_selector(".today")
    page.click(".today .btn")

    page.wait_for_url("**/learn/culture/mw-001/")
    assert page.locator("h1").inner_text() == "王进喜"
    page.go_back()
    page.wait_for_selector(".today")


@pytest.mark.parametrize(
    ("size", "scripts"),
    (("desktop", True), ("desktop", False), ("phone", True)),
    ids=("desk", "desk-no-scripts", "phone"),
)
def test_the_officer_imports_a_roster_corrects_it_in_place_and_undoes_it(
    world, open_page, tmp_path, size, scripts
):
    path = tmp_path / "roster.xlsx"
    write_roster(path, 12, bad=3, units=[("总装一车间", "", "")], start=500_000)
    before = User.objects.count()
    page = open_page(size, user=world.people["officer"], scripts=scripts)
    page.goto("/desk/import/roster/")
    page.set_input_files("input[type=file]", path)
    page.click("main form.panel button")
    fixes = page.locator(".fix")
    expect(fixes).to_have_count(3)

    page.click(".fix button[value='总装一车间']")  # the suggestion
    expect(fixes).to_have_count(2)
    page.fill(".fix [name=cell-phone]", "13800138999")
    page.click(".fix:has([name=cell-phone]) button")
    expect(fixes).to_have_count(1)
    page.fill(".fix [name=cell-number]", "500900")
    page.press(".fix [name=cell-number]", "Enter")
    expect(fixes).to_have_count(0)

    page.click("form[action$='/apply/'] button")
    page.wait_for_selector("form[action$='/undo/']")
    assert User.objects.count() == before + 12
    assert User.objects.get(employee_no="500900").unit == world.workshop
    page.click("form[action$='/undo/'] button")
    page.wait_for_selector("form[action$='/undo/']", state="detached")

    assert User.objects.count() == before


def test_a_wrong_correction_stays_in_its_field_with_its_reason(world, open_page):
    page = open_page("desktop", user=world.people["officer"])
    page.goto(f"/desk/import/batches/{world.things['batch'].pk}/")

    page.fill(".fix [name=cell-phone]", "138")
    page.click(".fix:has([name=cell-phone]) button")

    expect(page.locator(".fix__why")).to_contain_text("3")
    assert page.input_value(".fix [name=cell-phone]") == "138"


@pytest.mark.parametrize("scripts", (True, False), ids=("scripts", "no-scripts"))
def test_what_was_typed_survives_an_expired_session(worker, open_page, scripts):
    page = open_page("phone", user=worker, scripts=scripts)
    page.goto("/me/contact/")
    page.fill("[name=email]", "xueyuan418@example.com")
    page.context.clear_cookies(name="sessionid")

    page.press("[name=email]", "Enter")
    page.wait_for_selector("[name=password]")
    sign_in(page, "00418", PASSWORD)
    page.wait_for_url("**/account/resume/")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/me/**")

    worker.refresh_from_db()
    assert worker.email == "xueyuan418@example.com"


def test_a_notice_is_read_by_opening_it_and_the_badge_falls(world, open_page):
    page = open_page("phone", user=world.people["employee"])
    page.goto("/")
    assert page.locator(".masthead .dot").inner_text() == "1"

    page.goto("/me/messages/")
    page.click("text=您的更正申请有答复了")
    page.wait_for_url("**/me/data/")

    assert page.locator(".masthead .dot").count() == 0


@pytest.mark.parametrize("size", ("phone", "desktop"))
def test_language_and_large_type_stay(world, open_page, size):
    page = open_page(size, user=world.people["employee"])
    page.goto("/")
    page.click("details.menu summary")
    page.click("details.menu button[name=language]")
    page.wait_for_selector("html[lang=en]")
    page.click("details.menu summary")
    page.click("details.menu button[name=type]")
    page.wait_for_selector("html[data-size=large]")

    page.goto("/me/")
    assert page.locator("html").get_attribute("data-size") == "large"
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_menu_opens_and_closes_by_keyboard(world, open_page):
    page = open_page("desktop", user=world.people["employee"])
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    page.focus("details.menu summary")
    page.keyboard.press("Enter")
    assert page.locator(".menu__body").is_visible()
    page.keyboard.press("Escape")

    assert not page.locator(".menu__body").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.parametrize("path", ("/", "/desk/"))
@pytest.mark.parametrize("large", (False, True), ids=("normal", "large"))
@pytest.mark.parametrize("language", ("zh-hans", "en"))
def test_the_masthead_keeps_its_tools_and_one_line(world, open_page, language, large, path):
    page = open_page("phone", user=world.people["officer"], language=language, large=large)
    page.goto(path)

    menu = page.locator("details.menu summary").bounding_box()
    name = page.locator(".masthead .brand__name").bounding_box()

    assert menu["x"] + menu["width"] <= 390
    assert name["height"] < 44  # one line
    if language == "zh-hans":  # the English name may end in dots on a narrow phone
        assert page.evaluate(
            "(e => e.scrollWidth <= e.clientWidth)(document.querySelector('.brand__name'))"
        )


def test_desk_staff_set_up_the_second_step_with_a_real_code(world, open_page, settings):
    settings.TWO_FACTOR_REQUIRED = True
    officer = world.people["officer"]
    officer.set_password(PASSWORD)
    officer.save()
    page = open_page("phone")
    page.goto("/desk/")
    sign_in(page, officer.employee_no, PASSWORD)
    page.wait_for_selector(".qr")

    secret = page.locator(".secret").text_content()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    page.wait_for_url("**/account/recovery/")
    page.goto("/desk/")

    assert page.locator(".desk h1").is_visible()


def test_the_roster_filters_while_typing_and_back_restores(world, open_page):
    UserFactory(name="王进喜", unit=world.workshop)
    page = open_page("desktop", user=world.people["officer"])
    page.goto("/desk/people/")
    everybody = page.locator("tbody tr").count()

    page.locator("main [name=q]").press_sequentially("wjx")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=wjx" in page.url
    page.go_back()

    expect(page.locator("tbody tr")).to_have_count(everybody)


def test_a_full_page_prints_without_its_bars(world, open_page):
    page = open_page("desktop", user=world.people["employee"])
    page.goto("/learn/culture/mw-001/")

    page.emulate_media(media="print")

    assert not page.locator(".masthead").is_visible()
    assert page.locator("h1").is_visible()
