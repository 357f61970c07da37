"""Two people have one ticket open: each sees the other, and the later one is told."""

import pytest
import time_machine

from apps.contracts.models import User
from apps.tickets import services
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import later
from tests.tickets_admin.pages import page_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

QUARTER_OF_A_MINUTE = 15_000  # milliseconds


def test_another_reader_is_seen_and_one_is_seen_to_write(page):
    ticket, mia = make_ticket(), make_staff(name="mia")
    with time_machine.travel(later(), tick=False):
        page.goto(page_of(ticket))
        services.note_viewer(ticket=ticket, user=mia, is_writing=True, at=later())
        page.get_by_label("Text").fill("Half a sente")
        page.clock.run_for(QUARTER_OF_A_MINUTE)
        page.locator("#presence", has_text="mia is writing").wait_for()

    me = User.objects.exclude(pk=mia.pk).get()
    assert ticket.viewers.get(user=me).is_writing is True


def test_what_came_while_one_was_writing_is_told_and_then_the_text_goes_through(page):
    ticket, mia = make_ticket(), make_staff(name="mia")
    with time_machine.travel(later(minutes=1), tick=False):
        page.goto(page_of(ticket))
        page.get_by_label("Text").fill("Mine.")
        answer = {"text": "Try now.", "by": mia, "at": later(seconds=30), "act_key": "a"}
        services.answer(ticket=ticket, **answer)
        page.clock.run_for(QUARTER_OF_A_MINUTE)
        page.locator("#conversation").get_by_text("Try now.").wait_for()
        page.get_by_role("button", name="Send answer").click()
        told = page.locator("#write [role=alert]")
        told.wait_for()
        words, kept = told.inner_text(), page.get_by_label("Text").input_value()
        page.get_by_role("button", name="Send answer").click()
        page.locator("#conversation").get_by_text("Mine.").wait_for()

    assert "Answered the client (mia, Wed 4 Mar 2026" in words
    assert kept == "Mine."


def test_what_came_before_one_began_to_write_holds_nothing_up(page):
    ticket, mia = make_ticket(), make_staff(name="mia")
    with time_machine.travel(later(minutes=1), tick=False):
        page.goto(page_of(ticket))
        answer = {"text": "Try now.", "by": mia, "at": later(seconds=30), "act_key": "a"}
        services.answer(ticket=ticket, **answer)
        page.clock.run_for(QUARTER_OF_A_MINUTE)
        page.locator("#conversation").get_by_text("Try now.").wait_for()
        page.get_by_label("Text").fill("Mine.")
        page.get_by_role("button", name="Send answer").click()
        page.locator("#conversation").get_by_text("Mine.").wait_for()

    assert page.locator("#write [role=alert]").count() == 0
