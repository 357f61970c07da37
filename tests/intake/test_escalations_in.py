"""A mail that asks for the person in charge."""

import pytest

from apps.escalation.models import Escalation
from apps.intake.models import RefusedRequest
from apps.tickets import services
from apps.tickets.models import Ticket
from tests.account_made import make_rung
from tests.escalation_made import premium_ticket
from tests.factories import (
    PRESETS,
    make_client,
    make_order,
    make_policy,
    make_preset,
    make_staff,
    make_ticket,
)
from tests.intake.mails_in import ADA, happened, said, take, told
from tests.tickets.life import PREMIUM
from tests.tickets.reading import later, verdicts
from tests.time_made import make_premium, make_tam

pytestmark = pytest.mark.django_db

MAILBOX = "premium-support@example.com"
LATE = "Ground: response-late\n\nNobody calls us back."


@pytest.fixture
def ticket():
    return premium_ticket(email=ADA)


def mail_on(ticket, **given):
    mail = {"to": MAILBOX, "subject": f"Escalation: {ticket.number}", "text": LATE}
    return take(at=later(hours=1), **{**mail, **given})


@pytest.mark.clause("V-9.1", "V-9.2", "V-8.1")
def test_a_user_escalates_by_mail_and_the_person_in_charge_is_asked(ticket):
    before = (said(ticket), verdicts(ticket), ticket.status)

    mail = mail_on(ticket)

    found = Escalation.objects.get()
    ticket.refresh_from_db()
    assert (mail.state, mail.ticket, mail.clause) == ("ADDED", ticket, "V-9.2")
    assert mail.why == (
        f"The sender escalated {ticket.number}."
        " The ticket shows that the ground is not true of it; it goes on all the same."
    )
    assert (found.state, found.ticket, found.client, found.ground.key) == (
        "OPEN",
        ticket,
        ticket.requester,
        "response-late",
    )
    assert (found.channel, found.finding, found.raised_at) == ("EMAIL", "UNTRUE", later(hours=1))
    assert found.words == LATE
    assert told()[-2:] == [
        ("escalation.reached", "rung1@client.example.com"),
        ("escalation.raised", ADA),
    ]
    # It is no answer on the ticket: whose turn it is stays, and so does every clock.
    assert (said(ticket), verdicts(ticket), ticket.status) == before
    assert happened(ticket)[-1] == "ESCALATED"


@pytest.mark.clause("V-9.2")
@pytest.mark.parametrize(
    "given",
    [
        {"subject": "ESCALATE {number} response late", "text": "Please call."},
        {
            "subject": "Nobody calls us back",
            "to": "Premium-Support+escalation@example.com",
            "text": "{number}: response late",
        },
        {"subject": "Escalation", "text": "On [{number}]. Ground: response-late"},
    ],
)
def test_ticket_and_ground_may_stand_in_subject_or_text(ticket, given):
    mail = mail_on(
        ticket, **{name: text.replace("{number}", ticket.number) for name, text in given.items()}
    )

    assert (mail.state, Escalation.objects.get().ground.key) == ("ADDED", "response-late")


@pytest.mark.clause("V-9.2")
def test_what_is_missing_is_told_and_the_attempt_is_kept(ticket):
    mails = [
        mail_on(ticket, text="Nobody calls.", message_id="<1@client.example.com>"),
        mail_on(ticket, subject="Escalation", message_id="<2@client.example.com>"),
        mail_on(ticket, text="response late, SLA violated", message_id="<3@client.example.com>"),
    ]

    missing = [row.why.partition(" The grounds")[0] for row in Escalation.objects.order_by("pk")]
    assert [mail.state for mail in mails] == ["REFUSED"] * 3
    assert missing == [
        "It does not name one ground.",
        "It names no ticket of the order by its number.",
        "It does not name one ground.",
    ]
    assert told()[-3:] == [("escalation.refused", ADA)] * 3
    assert [row.ticket for row in Escalation.objects.order_by("pk")] == [ticket, None, ticket]
    assert (Ticket.objects.count(), RefusedRequest.objects.count()) == (1, 0)


@pytest.mark.clause("V-9.2", "V-3.5")
def test_anothers_ticket_is_as_if_none_were_named(ticket):
    other = make_client(email="eve@elsewhere.example.com", order=make_order(version=ticket.version))

    mail = mail_on(ticket, sender=f"Eve <{other.email}>")

    found = Escalation.objects.get()
    assert (mail.state, found.state, found.ticket) == ("REFUSED", "REFUSED", None)
    assert found.why == "It names no ticket of the order by its number."


@pytest.mark.clause("V-3.5")
def test_a_stranger_is_refused_as_with_any_mail(ticket):
    mail = mail_on(ticket, sender="Eve <eve@example.net>")

    assert (mail.state, Escalation.objects.count()) == ("REFUSED", 0)
    assert mail.why == "eve@example.net is not an authorised user of any order."
    assert told()[-1] == ("request.refused", "eve@example.net")


@pytest.mark.clause("V-9.2")
def test_a_user_without_the_right_to_escalate_is_refused(ticket):
    bob = make_client(order=ticket.order, email="bob@client.example.com")
    bob.may_escalate = False
    bob.save()

    mail = mail_on(ticket, sender=f"Bob <{bob.email}>")

    assert mail.state == "REFUSED"
    assert Escalation.objects.get().why == (
        f"bob@client.example.com may not escalate under order {ticket.order.number}."
    )


@pytest.mark.clause("V-6.1", "V-9.1")
@pytest.mark.parametrize(
    "writes_from", ["tam@provider.example.com", "TAM-tam@provider.example.com"]
)
def test_the_tam_escalates_by_mail(writes_from):
    order = make_premium()
    make_rung(order=order, position=1)
    tam = make_staff(name="tam")
    make_tam(order=order, who=tam)
    ticket = make_ticket(requester=make_client(order=order, email=ADA), severity="III")

    mail = mail_on(ticket, sender=f"Tam <{writes_from}>")

    found = Escalation.objects.get()
    assert (mail.state, found.state, found.client, found.by) == ("ADDED", "OPEN", None, tam)
    assert (found.channel, found.sender) == ("TAM", writes_from.lower())


@pytest.mark.clause("V-9.2")
def test_the_same_mail_twice_is_one_escalation(ticket):
    first, second = mail_on(ticket), mail_on(ticket)

    assert (first, Escalation.objects.count()) == (second, 1)


def test_an_answer_to_the_escalations_mails_is_an_answer_on_the_ticket(ticket):
    mail_on(ticket)

    answer = mail_on(
        ticket,
        subject=f"Re: [{ticket.number}] No dial tone",
        text="Thank you.",
        message_id="<thanks@client.example.com>",
    )

    assert (answer.state, Escalation.objects.count()) == ("ADDED", 1)
    assert said(ticket)[-1] == "Thank you."


def test_a_request_about_something_called_so_is_a_request():
    order = make_order(version=make_preset(slug=PREMIUM), plan="gold")
    make_client(order=order, email=ADA)

    mail = take(to=MAILBOX, subject="Escalation of privileges in the console")

    assert (mail.state, Escalation.objects.count()) == ("REGISTERED", 0)


@pytest.mark.clause("V-8.1.4")
def test_a_ticket_that_was_merged_is_escalated_as_the_one_that_it_goes_on_as(ticket):
    duplicate = make_ticket(requester=ticket.requester, severity="III", at=later(minutes=1))
    services.merge(
        duplicate=duplicate, into=ticket, by=make_staff(), at=later(minutes=2), act_key="m"
    )

    mail_on(duplicate)

    assert Escalation.objects.get().ticket == ticket


@pytest.mark.clause("V-8.1")
@pytest.mark.parametrize(("on_fail", "state"), [("hold", "HELD"), ("refuse", "REFUSED")])
def test_who_may_not_have_written_it_escalates_nothing(settings, on_fail, state):
    settings.MAIL_AUTHSERV_ID = frozenset(["mx.provider.example.com"])
    rule = f'[rules.mail_authentication]\nclause = "V-8.1"\non_fail = "{on_fail}"\n\n'
    text = (PRESETS / f"{PREMIUM}.toml").read_text("utf-8")
    version = make_policy(text=text, changes={"[rules.escalation]": f"{rule}[rules.escalation]"})
    order = make_order(version=version, plan="gold")
    ticket = make_ticket(requester=make_client(order=order, email=ADA), severity="III")
    failed = "Authentication-Results: mx.provider.example.com; dmarc=fail header.from=example.com"

    mail = mail_on(ticket, fields=failed)

    assert (mail.state, Escalation.objects.count()) == (state, 0)


@pytest.mark.clause("V-6.1", "V-3.5")
def test_the_tam_of_another_order_is_nobody_here(ticket):
    make_tam(order=ticket.order, who=make_staff(name="tam"))
    other = make_staff(name="other")
    make_tam(order=make_premium(), who=other)

    mail = mail_on(ticket, sender=f"Other <{other.email}>")

    assert (mail.state, Escalation.objects.count()) == ("REFUSED", 0)
