"""A person watches a deadline pass, and touches nothing."""

import re

import pytest
import time_machine

from apps.contracts.models import User
from apps.tickets import services
from tests.factories import make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import QUEUE, page_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

QUARTER_OF_A_MINUTE = 15_000  # milliseconds


def badge_on(page) -> str:
    return page.locator("#side .tk-badge").first.inner_text()


def test_a_deadline_is_missed_while_one_watches_and_the_page_says_why(page):
    ticket = make_ticket(severity="3")
    with time_machine.travel(later(hours=4, seconds=-30), tick=False):
        page.goto(page_of(ticket))
        page.evaluate("window.isTheSamePage = true")
        before = badge_on(page)
    page.clock.run_for(10_000)
    counted_down = badge_on(page)

    with time_machine.travel(later(hours=4, seconds=2), tick=False):
        services.sweep_deadlines(at=later(hours=4, seconds=1))
        page.clock.run_for(QUARTER_OF_A_MINUTE)
        page.locator("#side .tk-badge", has_text="missed").wait_for()
        page.clock.run_for(1000)
    page.get_by_text("Why?").first.click()

    assert re.fullmatch("(30|29) s left", before)
    assert re.fullmatch("(20|19|18) s left", counted_down)
    assert badge_on(page) == "missed"
    assert page.locator("#standing").get_by_text("missed").count() == 1
    assert "Nothing came by then: missed." in page.locator("#why-response").inner_text()
    assert page.locator("#said").inner_text() == "Response missed"
    assert page.evaluate("window.isTheSamePage") is True


def test_what_one_is_writing_stays_while_the_panel_is_renewed(page):
    ticket = make_ticket(severity="3")
    with time_machine.travel(later(), tick=False):
        page.goto(page_of(ticket))
        page.get_by_label("Text").fill("Half a sente")
        note = {"text": "Mine.", "by": User.objects.get(), "act_key": "n"}
        services.note(ticket=ticket, at=later(seconds=1), **note)
        page.clock.run_for(QUARTER_OF_A_MINUTE)
        page.locator("#conversation").get_by_text("Mine.").wait_for()

    assert page.get_by_label("Text").input_value() == "Half a sente"


def test_a_countdown_in_the_queue_stands_still_once_the_calendar_has_closed(page):
    # Registered an hour before closing, due three hours after the next opening.
    make_ticket(severity="3", at=later(hours=10))
    with time_machine.travel(later(hours=10), tick=False):
        page.goto(QUEUE)
        page.clock.fast_forward("08:00:00")
        page.clock.run_for(1000)

    assert page.locator("#result_list .tk-badge b").inner_text() == "3 h left"
