"""A real browser on a real server; skipped in one line where there is no browser."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.chromium import program

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE = 10_000  # milliseconds, of a browser on a busy machine


@pytest.fixture(scope="session")
def chromium(live_server: Any) -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; it leaves before the server that it talks to."""
    found = program()
    if found is None:
        pytest.skip("needs Chromium: nothing was looked at in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        # Playwright keeps an event loop in this thread, and the ORM would refuse to work beside it.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
        # Now each connection is over: let its thread see that, and close its end.
        for thread in threading.enumerate():
            if thread.name.endswith("(process_request_thread)"):
                thread.join(timeout=10)


@pytest.fixture
def page(chromium: Any, live_server: Any, admin_client: Client) -> Iterator[Any]:
    """A page of an administrator who is signed in; a script that fails, fails the test."""
    with opened(chromium, live_server) as found:
        let_in(found, live_server, admin_client)
        yield found


@pytest.fixture
def visitor(chromium: Any, live_server: Any) -> Iterator[Any]:
    """A page of somebody who is not signed in; a script that fails, fails the test."""
    with opened(chromium, live_server) as found:
        yield found


@contextmanager
def opened(chromium: Any, live_server: Any) -> Iterator[Any]:
    """Open a browser's page, where only the test moves the clock of scripts."""
    context = chromium.new_context(base_url=live_server.url)
    faults: list[str] = []
    found = context.new_page()
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.set_default_timeout(PATIENCE)
    found.clock.install()
    yield found
    context.close()
    assert faults == []


def let_in(page: Any, live_server: Any, client: Client) -> None:
    """Sign in to the page whoever is signed in there."""
    name = settings.SESSION_COOKIE_NAME
    session = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([session])
