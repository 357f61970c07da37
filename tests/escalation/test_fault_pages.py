"""Writing down whose fault it was, and seeing it."""

from uuid import uuid4

import pytest
import time_machine

from apps.escalation.models import FaultDetermination
from tests.escalation.pages import AGENT, DUTY, FINANCE, fault_page, signed_in
from tests.tickets.life import wholesale
from tests.tickets.reading import later
from tests.tickets_admin.pages import page_of, text_of

pytestmark = pytest.mark.django_db
NIGHT = later(hours=12)


@pytest.fixture(autouse=True)
def _next_day():
    with time_machine.travel(later(hours=24), tick=False):
        yield


def typed(ticket, user, **given):
    whole = {
        "act_key": "6f1d1a1c-6f0f-4a3c-8f87-0c6b6f7d5a11",
        "finding": "PROVIDER",
        "basis": "agreed",
        "ours": user.pk,
        "theirs": ticket.requester_id,
        "decided_at": "2026-03-05T10:00",
        "why": "Our switch.",
    }
    return {**whole, **given}


@pytest.mark.clause("S-4")
def test_a_night_call_waits_for_the_finding_and_the_page_shows_both():
    browser, duty = signed_in(DUTY)
    ticket = wholesale("1", at=NIGHT)

    before = text_of(browser.get(page_of(ticket)))
    for _ in range(2):
        response = browser.post(fault_page(ticket), typed(ticket, duty))
    after = text_of(browser.get(page_of(ticket)))

    row = FaultDetermination.objects.get()
    assert response["Location"] == page_of(ticket)
    assert (row.finding, row.is_agreed, row.ours, row.theirs, row.decided_at) == (
        "PROVIDER",
        True,
        duty,
        ticket.requester,
        later(hours=20),
    )
    assert "nothing is billed before. S-4" in before
    assert "Nothing was found yet." in before
    assert "Provider at fault Our switch." in after
    assert "nothing is billed before" not in after


@pytest.mark.clause("S-4")
def test_a_change_is_another_finding_and_the_old_one_no_longer_counts():
    browser, duty = signed_in(DUTY)
    ticket = wholesale("1", at=NIGHT)
    browser.post(
        fault_page(ticket),
        typed(ticket, duty, finding="UNDECIDED", theirs="", basis="alone", act_key=uuid4()),
    )

    browser.post(fault_page(ticket), typed(ticket, duty, act_key=uuid4()))
    page = text_of(browser.get(page_of(ticket)))
    latest = browser.get("/admin/escalation/faultdetermination/?counts=latest")

    assert "Undecided no longer counts" in page
    assert [row.finding for row in latest.context["cl"].result_list] == ["PROVIDER"]


def test_what_is_missing_is_said_and_what_was_typed_stays():
    browser, duty = signed_in(DUTY)
    ticket = wholesale("1", at=NIGHT)

    nothing = browser.post(fault_page(ticket), {"act_key": uuid4(), "why": "Words of mine"})
    alone = browser.post(fault_page(ticket), typed(ticket, duty, theirs=""))

    assert nothing.status_code == alone.status_code == 422
    for words in ["Say what was found.", "Say whether the client agreed.", "Words of mine"]:
        assert words in text_of(nothing)
    assert "Say who agreed on the client's side" in text_of(alone)
    assert FaultDetermination.objects.count() == 0


@pytest.mark.clause("S-4")
@pytest.mark.parametrize(("role", "code"), [(DUTY, 200), (AGENT, 403), (FINANCE, 403)])
def test_who_may_write_one_down(role, code):
    browser, _ = signed_in(role)

    assert browser.get(fault_page(wholesale("1", at=NIGHT))).status_code == code


def test_without_a_ticket_there_is_nothing_to_write_down():
    browser, _ = signed_in(DUTY)

    response = browser.get("/admin/escalation/faultdetermination/add/?ticket=x")

    assert response["Location"] == "/admin/tickets/ticket/"
