"""Whose queue a request goes to: the TAM's, while hours are left; else the support centre's."""

from datetime import timedelta

import pytest

from apps.contracts.queries.tam_terms import tam_rule
from apps.outbox.models import Message
from apps.outbox.rendering import render
from apps.tickets import services
from apps.tickets.services import Refused
from tests.factories import MORNING, make_client, make_staff, make_ticket, reason_of
from tests.tams_made import make_cairn, make_tam_order
from tests.tickets.reading import everything, facts, later, log, mails
from tests.time_made import amend, make_hours, make_premium, make_tam, make_time

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-6.3", "V-6.5")]
REDIRECTED = "tam.request_redirected"
LATE = MORNING + timedelta(days=20)
USED_UP = "The TAM's 40 h of March 2026 are used up."


@pytest.fixture
def client():
    """Somebody whose order has forty hours a month of a TAM's time, and a TAM."""
    client = make_client(order=make_premium(), email="ann@client.example.com")
    make_tam(order=client.order, who=make_staff(name="tam"))
    return client


def request(client, *, to_tam=True, at=LATE, channel="TAM", **more):
    return make_ticket(
        requester=client, severity="III", to_tam=to_tam, at=at, channel=channel, **more
    )


def place(ticket):
    return ticket.desk, str(ticket.assignee or "")


@pytest.mark.clause("V-6.1")
def test_a_request_to_the_tam_lies_on_the_tams_desk(client):
    ticket = request(client)

    assert place(ticket) == ("TAM", "tam")
    assert [kind for kind, _ in log(ticket)] == ["REGISTERED", "ACKNOWLEDGED", "ASSIGNED"]
    assert facts(ticket, "ASSIGNED") == [{"to": "tam", "desk": "TAM"}]
    assert "desk_why" not in facts(ticket, "REGISTERED")[0]
    assert mails(REDIRECTED) == []


def test_a_request_that_is_not_for_the_tam_goes_to_the_centre_without_a_word(client):
    ticket = request(client, to_tam=False, channel="EMAIL")

    assert place(ticket) == ("CENTRE", "")
    assert facts(ticket, "ASSIGNED") == []
    assert "desk_why" not in facts(ticket, "REGISTERED")[0]
    assert mails(REDIRECTED) == []


@pytest.mark.clause("R-18")
def test_a_minute_below_the_limit_the_tam_takes_it_and_at_the_limit_the_centre_does(client):
    make_hours(order=client.order, hours=39, until=LATE)
    make_time(order=client.order, minutes=59, started_at=LATE - timedelta(hours=2))
    below = request(client)
    make_time(order=client.order, minutes=1, started_at=LATE - timedelta(hours=1))

    at_the_limit = request(client)

    assert place(below) == ("TAM", "tam")
    assert place(at_the_limit) == ("CENTRE", "")
    registered = facts(at_the_limit, "REGISTERED")[0]
    assert [registered[name] for name in ("desk", "desk_why", "desk_clause")] == [
        "CENTRE",
        USED_UP,
        "V-6.3",
    ]
    assert place(below) == ("TAM", "tam")  # what is on the desk stays there
    assert mails(REDIRECTED) == ["ann@client.example.com", "tam@provider.example.com"]


def test_the_next_month_opens_the_way_again(client):
    make_hours(order=client.order, hours=40, until=LATE)

    assert place(request(client, at=LATE + timedelta(days=20))) == ("TAM", "tam")


@pytest.mark.parametrize(
    "terms", [{"tam_minutes_per_month": 2401}, {"plan": "platinum"}], ids=["hours", "plan"]
)
def test_an_upgrade_opens_the_way_at_once(client, terms):
    order = client.order
    make_hours(order=order, hours=40, until=LATE)
    before = request(client)
    if "plan" in terms:
        terms = {"plan": order.version.plans.get(key=terms["plan"])}
    amend(order, at=LATE, **terms)
    client.refresh_from_db()

    after = request(client)

    assert (place(before), place(after)) == (("CENTRE", ""), ("TAM", "tam"))


def test_who_asked_and_the_tam_are_told_once_for_each_request(client):
    make_hours(order=client.order, hours=40, until=LATE)
    for key in ("call:1", "call:1", "call:2"):
        request(client, source_key=key)

    assert mails(REDIRECTED) == sorted(["ann@client.example.com", "tam@provider.example.com"] * 2)


def test_the_mails_say_why_and_where_to(client):
    make_hours(order=client.order, hours=40, until=LATE)
    ticket = request(client)

    to_client, to_tam = (
        render(topic=REDIRECTED, payload=message.payload)
        for message in Message.objects.filter(topic=REDIRECTED).order_by("pk")
    )

    assert to_client.subject == f"[{ticket.number}] No dial tone"
    assert to_tam.subject == f"[{ticket.number}] To the support centre: No dial tone"
    for mail in (to_client, to_tam):
        assert f"Why:      {USED_UP}\n" in mail.text
    page = f"/tickets/ticket/{ticket.pk}/change/"
    assert [page in mail.text for mail in (to_client, to_tam)] == [False, True]


@pytest.mark.clause("V-6.1")
def test_without_a_tam_the_centre_takes_it_and_the_record_says_why():
    nobody = make_client(order=make_premium())
    gone = make_client(order=make_premium())
    make_tam(order=gone.order, who=make_staff(name="gone", is_active=False))
    no_rule = make_client()  # a policy that knows no TAM

    whys = []
    for client in (nobody, gone, no_rule):
        ticket = make_ticket(requester=client, severity=_any(client), to_tam=True, at=LATE)
        registered = facts(ticket, "REGISTERED")[0]
        whys.append((place(ticket), registered["desk_why"], registered["desk_clause"]))

    centre = ("CENTRE", "")
    assert whys == [
        (centre, "Nobody is the TAM of this order.", "V-6.3"),
        (centre, "gone, the TAM, does not work here.", "V-6.3"),
        (centre, "Nobody is the TAM of this order.", ""),
    ]
    assert mails(REDIRECTED) == []


def _any(client):
    return client.order.version.severities.order_by("-rank")[0].key


def hand(ticket, *, by=None, key="act", text="", at=None):
    services.hand_to_centre(
        ticket=ticket,
        by=by or ticket.assignee,
        at=at or LATE + timedelta(hours=1),
        act_key=key,
        text=text,
    )


def test_a_tam_hands_a_ticket_to_the_centre_with_a_note_and_the_clocks_run_on(client):
    ticket, tam = request(client), make_staff(name="deputy")
    due = ticket.deadlines.get(kind="RESPONSE").due_at

    hand(ticket, by=tam, text="Needs somebody who knows trunks.")

    ticket.refresh_from_db()
    event = ticket.events.last()
    note = ticket.messages.last()
    assert place(ticket) == ("CENTRE", "")
    assert (event.kind, event.by, event.at) == ("ASSIGNED", tam, LATE + timedelta(hours=1))
    assert event.facts == {"to": "", "desk": "CENTRE", "message": note.pk}
    assert (note.direction, note.text) == ("NOTE", "Needs somebody who knows trunks.")
    history = ticket.history.latest()
    assert (history.history_user, history.history_change_reason, history.desk) == (
        tam,
        "Handed to the support centre",
        "CENTRE",
    )
    assert ticket.deadlines.get(kind="RESPONSE").due_at == due


def test_the_same_act_again_changes_nothing_even_after_it_came_back(client):
    ticket = request(client)
    hand(ticket, by=make_staff())
    before = everything()

    hand(ticket, by=make_staff())

    assert everything() == before
    assert "message" not in facts(ticket, "ASSIGNED")[-1]


def test_what_lies_with_the_centre_or_is_closed_is_not_handed_on(client):
    with_centre, closed = request(client, to_tam=False), request(client)
    services.solve(
        ticket=closed,
        reason=reason_of(closed.version, "restored"),
        text="Done.",
        by=closed.assignee,
        at=later(days=21),
        act_key="close",
    )
    services.confirm(
        ticket=closed, client=closed.requester, at=later(days=21, hours=1), act_key="confirm"
    )

    refusals = []
    for ticket in (with_centre, closed):
        with pytest.raises(Refused) as refused:
            hand(ticket, by=make_staff())
        refusals.append(str(refused.value))

    assert refusals == [
        f"{with_centre.number} lies with the support centre already.",
        f"{closed.number} is closed. Reopen it before you hand it on.",
    ]


def test_the_clause_is_that_of_the_orders_own_policy():
    client = make_client(order=make_tam_order(version=make_cairn(), plan="summit"))

    ticket = make_ticket(requester=client, severity=_any(client), to_tam=True, at=LATE)

    registered = facts(ticket, "REGISTERED")[0]
    assert registered["desk_why"] == "Nobody is the TAM of this order."
    assert registered["desk_clause"] == tam_rule(client.order).clause
    assert registered["desk_clause"] not in ("", "V-6.3")
