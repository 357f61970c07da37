"""Every page of the portal and of signing in, seen on a desk by day and on a phone by night."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.browser.conftest import let_in
from tests.portal.every_page import Shown, portal_pages, sign_in_pages, suspended_pages
from tests.tickets.reading import later

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Of what a page is made of, all; at another width and by night, what these change.
ALL: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
LOOKS = {**ALL, "runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"]}
LOUD = {"error", "warning"}
GRAVE = """async (options) => (await axe.run(options)).violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id} at ${each.nodes.map((node) => node.html).join(" and ")}`)"""
SIDEWAYS = """() => {
  const shown = document.documentElement;
  if (shown.scrollWidth <= shown.clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > shown.clientWidth)
    .map((each) => `wider than a phone: ${each.outerHTML.slice(0, 120)}`);
}"""


# The list of parts moves once the page has another width, which is told before the next frame.
UNSEEN = """async () => {
  await new Promise(requestAnimationFrame);
  return [...document.querySelectorAll(".nav [aria-current]")]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((each) => `out of sight: ${each.outerHTML}`);
}"""


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("made", [portal_pages, suspended_pages, sign_in_pages])
def test_everybody_can_use_every_page_on_a_desk_by_day_and_on_a_phone_by_night(
    made, chromium, live_server
):
    with time_machine.travel(later(hours=1), tick=False):
        pages = list(made())
        found = {}
        for reader in {each.reader: None for each in pages}:
            with browsing(chromium, live_server, reader) as (page, said):
                for each in pages:
                    if each.reader is reader:
                        found[each.name] = [*faults_of(page, each.path), *said]
                        said.clear()

    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.clause("V-3.5")
def test_everybody_can_use_what_comes_of_a_form_that_is_sent_with_nothing_in_it(
    chromium, live_server
):
    with time_machine.travel(later(hours=1), tick=False):
        pages = [each for each in portal_pages() if has_form(each)]
        with browsing(chromium, live_server, pages[0].reader) as (page, _):
            found = {each.name: faults_of_refusal(page, each.path) for each in pages}

    assert {name: faults for name, faults in found.items() if faults} == {}


@contextmanager
def browsing(chromium: Any, live_server: Any, reader: Any) -> Iterator[tuple[Any, list[str]]]:
    """Open a page as somebody; yield it, and what its scripts and its policies complain of."""
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(Axe().axe_script)
    said: list[str] = []
    page.on("console", lambda message: message.type in LOUD and said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    if settings.SESSION_COOKIE_NAME in reader.cookies:
        let_in(page, live_server, reader)
    with closing(context):
        yield page, said


def faults_of(page: Any, path: str) -> Iterator[str]:
    """Yield what somebody could not use on a page."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    page.goto(path)
    yield from page.evaluate(GRAVE, ALL)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    yield from page.evaluate(GRAVE, LOOKS)
    yield from page.evaluate(SIDEWAYS)
    yield from page.evaluate(UNSEEN)


def has_form(shown: Shown) -> bool:
    """Tell whether something is sent from a page itself, not only from what is around it."""
    content = shown.reader.get(shown.path).text.partition("<main")[2]
    return re.search('<form [^>]*method="post"', content) is not None


def faults_of_refusal(page: Any, path: str) -> list[str]:
    """Return what somebody could not use on the page that comes of a form with nothing in it."""
    page.goto(path)
    with page.expect_navigation():
        page.locator("main form[method=post]").first.evaluate("(form) => form.submit()")
    found: list[str] = page.evaluate(GRAVE, ALL)
    return found
