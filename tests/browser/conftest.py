"""A real browser on a real server; skipped in one line where there is no browser."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs Chromium: nothing was looked at in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        # Playwright keeps an event loop in this thread, and the ORM would refuse to work beside it.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, live_server: Any, admin_client: Client) -> Iterator[Any]:
    """A page of an administrator who is signed in; a script that fails, fails the test."""
    context = chromium.new_context(base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    session = {"name": name, "value": admin_client.cookies[name].value, "url": live_server.url}
    context.add_cookies([session])
    faults: list[str] = []
    found = context.new_page()
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.clock.install()
    yield found
    context.close()
    assert faults == []
