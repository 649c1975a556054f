"""Real Chromium against a real server: the phone and the desk."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests import world as worlds

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
# playwright's event loop runs in this thread, while the server has its own
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def world(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.TWO_FACTOR_REQUIRED = False
    return worlds.build()


@pytest.fixture
def open_page(browser, live_server, client):
    """``open_page(size, user=…, scripts=False)``: a fresh browser window, signed in if asked.

    Every error in the console, a blocked script among them, fails the test that opened it.
    """
    contexts, complaints = [], []

    def opened(size="phone", *, user=None, scripts=True, large=False, language="zh-hans"):
        context = browser.new_context(
            viewport=SIZES[size], java_script_enabled=scripts, locale="zh-CN",
            base_url=live_server.url, has_touch=size == "phone",
        )  # fmt: skip
        cookies = {"django_language": language}
        if large:
            cookies["type"] = "large"
        if user:
            client.force_login(user)
            cookies["sessionid"] = client.cookies["sessionid"].value
        context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()]
        )
        page = context.new_page()
        page.on(
            "console",
            lambda line: complaints.append(line.text) if line.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append(context)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 4" not in text] == []
