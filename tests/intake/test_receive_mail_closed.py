"""An old number is no promise: a closed ticket reopens only for whom support is owed now."""

from datetime import date, timedelta

import pytest

from apps.contracts.models import AuthorisedUser, Order
from apps.contracts.queries import entitled_user
from apps.intake.models import InboundMail, RefusedRequest
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from tests.entitled_made import make_standing
from tests.factories import MORNING, make_preset, make_staff, make_ticket, reason_of
from tests.intake.mails_in import ADA, happened, make_ada, said, take, told

LATER = MORNING + timedelta(hours=1)
YESTERDAY = date(2026, 3, 3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    version = make_preset(slug="voximplant-premium-2023")
    return make_ticket(requester=make_ada(version=version), severity="III")


def closed(ticket: Ticket) -> Ticket:
    key = ticket.version.reasons.filter(kind="CLOSING").order_by("pk").values_list("key", flat=True)
    tickets.solve(
        ticket=ticket,
        reason=reason_of(ticket.version, key[0]),
        text="Done.",
        by=make_staff(),
        at=MORNING,
        act_key="close",
    )
    tickets.confirm(ticket=ticket, client=ticket.requester, at=MORNING, act_key="confirm")
    return ticket


def reply(ticket: Ticket) -> InboundMail:
    return take(
        at=LATER,
        message_id="<reply@client.example.com>",
        subject=f"Re: [{ticket.number}]",
        text="More of it.",
    )


def terminate(ticket: Ticket) -> None:
    Order.objects.filter(pk=ticket.order_id).update(state="TERMINATED", ends_on=YESTERDAY)


def let_run_out(ticket: Ticket) -> None:
    Order.objects.filter(pk=ticket.order_id).update(ends_on=YESTERDAY)


def forbid_to_open(ticket: Ticket) -> None:
    AuthorisedUser.objects.filter(pk=ticket.requester_id).update(may_open=False)


ENDS = [
    (terminate, "V-1.2", "Order ORD-ADA is not executed."),
    (let_run_out, "V-3.1", "The term of order ORD-ADA ended on 2026-03-03."),
    (forbid_to_open, "V-3.5", "The sender may not open tickets under order ORD-ADA."),
]


@pytest.mark.clause("V-1.2", "V-3.1", "V-3.5")
@pytest.mark.parametrize(("end", "clause", "why"), ENDS)
def test_a_closed_ticket_stays_closed_when_nothing_is_owed_any_more(ticket, end, clause, why):
    before = happened(closed(ticket)), said(ticket), told()
    end(ticket)

    mail = reply(ticket)

    ticket.refresh_from_db()
    assert (mail.state, mail.clause, mail.why, mail.ticket) == ("REFUSED", clause, why, None)
    assert (ticket.status, happened(ticket), said(ticket)) == ("CLOSED", *before[:2])
    assert told() == [*before[2], ("request.refused", ADA)]
    kept = RefusedRequest.objects.get()
    assert (kept.mail, kept.person, kept.clause, kept.text) == (
        mail,
        ticket.requester,
        clause,
        "More of it.",
    )


@pytest.mark.clause("V-3.1")
@pytest.mark.parametrize(("end", "clause", "why"), ENDS)
def test_an_open_ticket_goes_on_whatever_became_of_the_order(ticket, end, clause, why):
    end(ticket)

    mail = reply(ticket)

    assert (mail.state, mail.ticket, mail.clause) == ("ADDED", ticket, "")
    assert happened(ticket)[-1] == "CLIENT_REPLIED"
    assert "entitled" not in ticket.events.latest("pk").facts


@pytest.mark.clause("V-2-resolution", "V-3.1")
def test_a_closed_ticket_reopens_for_whom_support_is_owed_and_the_answer_is_kept(ticket):
    closed(ticket)

    mail = reply(ticket)

    ticket.refresh_from_db()
    answer = entitled_user(user=ticket.requester, at=LATER, severity=ticket.severity)
    assert (mail.state, mail.ticket, mail.clause) == ("ADDED", ticket, "V-3.5")
    assert mail.why == f"The sender wrote to {ticket.number}, which reopened. {answer.why}"
    reopened = ticket.events.latest("pk")
    message = ticket.messages.latest("pk")
    assert (ticket.status, reopened.kind, message.text) == ("OPEN", "REOPENED", "More of it.")
    assert reopened.facts == {"message": message.pk, "entitled": reopened.facts["entitled"]}
    assert reopened.facts["entitled"] | {"steps": []} == answer.as_json() | {"steps": []}
    assert [step["holds"] for step in reopened.facts["entitled"]["steps"]] == [True] * 4


@pytest.mark.clause("V-3.1")
def test_what_counts_is_the_instant_of_receipt(ticket):
    closed(ticket)
    Order.objects.filter(pk=ticket.order_id).update(ends_on=LATER.date())

    assert reply(ticket).state == "ADDED"


@pytest.mark.clause("S-12", "R-6")
@pytest.mark.parametrize(
    ("is_of_service", "state", "status"), [(True, "ADDED", "OPEN"), (False, "REFUSED", "CLOSED")]
)
def test_what_a_closed_ticket_is_about_counts_while_support_is_suspended(
    is_of_service, state, status
):
    ada = make_ada(version=make_preset(slug="skyswitch-support-2017"))
    category = next(
        reason
        for reason in ada.order.version.reasons.filter(kind="CATEGORY").order_by("pk")
        if reason.terms["service_related"] is is_of_service
    )
    ticket = make_ticket(requester=ada)
    Ticket.objects.filter(pk=ticket.pk).update(category=category)
    closed(ticket)
    make_standing(account=ada.order.account)

    mail = reply(ticket)

    ticket.refresh_from_db()
    assert (mail.state, ticket.status) == (state, status)
