"""What becomes of an escalation: in hand, answered, closed; and what people read of it."""

import pytest

from apps.escalation import services
from apps.escalation.models import Escalation
from apps.outbox.models import Message as Mail
from apps.outbox.rendering import Withdrawn, render
from tests.escalation_made import escalate, premium_ticket
from tests.factories import make_client, make_staff
from tests.tickets.reading import everything, facts, later, log, mails

pytestmark = pytest.mark.django_db

HEAD = "Head of support <rung1@client.example.com>"


@pytest.fixture
def found():
    return escalate(premium_ticket(email="ada@client.example.com"))


def text_of(topic, *, last=True):
    rows = Mail.objects.filter(topic=topic).order_by("pk")
    row = rows.last() if last else rows.first()
    return render(topic=topic, payload=row.payload).text


@pytest.mark.clause("V-9.2", "S-7")
def test_the_first_to_acknowledge_has_it_and_the_client_hears_who(found):
    first = services.acknowledge(escalation=found, who=HEAD, by=None, at=later(hours=2))
    services.acknowledge(escalation=found, who="Director", by=None, at=later(hours=3))

    found.refresh_from_db()
    assert first == found
    assert (found.state, found.taken_by, found.taken_at) == ("TAKEN", HEAD, later(hours=2))
    assert found.next_at is None
    assert facts(found.ticket, "ESCALATION_TAKEN") == [
        {"escalation": found.pk, "who": "Head of support"}
    ]
    assert mails("escalation.taken") == ["ada@client.example.com"]


@pytest.mark.clause("V-9.2")
def test_an_answer_goes_to_the_client_and_then_it_is_closed(found):
    staff = make_staff(name="kim")

    services.answer(escalation=found, text=" We moved it up. ", by=staff, at=later(hours=2))
    services.close(escalation=found, by=staff, at=later(hours=3))

    found.refresh_from_db()
    assert (found.state, found.answer, found.answered_by) == ("CLOSED", "We moved it up.", staff)
    assert (found.taken_by, found.taken_at) == ("kim", later(hours=2))
    assert (found.closed_by, found.closed_at) == (staff, later(hours=3))
    assert [kind for kind, _ in log(found.ticket)][-4:] == [
        "ESCALATED",
        "ESCALATION_TAKEN",
        "ESCALATION_ANSWERED",
        "ESCALATION_CLOSED",
    ]
    assert mails("escalation.answered") == ["ada@client.example.com"]


def test_twice_the_same_act_is_once(found):
    staff = make_staff()
    services.answer(escalation=found, text="So.", by=staff, at=later(hours=2))
    services.close(escalation=found, by=staff, at=later(hours=3))
    before = everything()

    services.answer(escalation=found, text="So.", by=staff, at=later(hours=4))
    services.close(escalation=found, by=staff, at=later(hours=4))
    services.acknowledge(escalation=found, who="Late", by=None, at=later(hours=4))

    found.refresh_from_db()
    assert (everything(), found.closed_at, found.taken_by) == (before, later(hours=3), str(staff))


def test_what_does_not_fit_is_refused(found):
    staff, other = make_staff(name="kim"), make_staff()
    refused = escalate(found.ticket, "")

    with pytest.raises(services.Refused, match="Answer it first"):
        services.close(escalation=found, by=staff, at=later(hours=2))
    with pytest.raises(services.Refused, match="Write what the client is told"):
        services.answer(escalation=found, text=" \n", by=staff, at=later(hours=2))
    services.answer(escalation=found, text="So.", by=staff, at=later(hours=2))
    with pytest.raises(services.Refused, match="kim answered it meanwhile"):
        services.answer(escalation=found, text="Otherwise.", by=other, at=later(hours=3))
    for act in (services.close, services.acknowledge):
        given = {"who": "Head"} if act is services.acknowledge else {}
        with pytest.raises(services.Refused, match="went to nobody"):
            act(escalation=refused, by=staff, at=later(hours=3), **given)


@pytest.mark.clause("V-9.2")
def test_a_colleague_who_escalates_hears_as_the_requester_does():
    ticket = premium_ticket(email="ada@client.example.com")
    bob = make_client(order=ticket.order, email="bob@client.example.com")

    escalate(ticket, client=bob, sender=bob.email)

    assert mails("escalation.raised") == ["ada@client.example.com", "bob@client.example.com"]


@pytest.mark.clause("V-9.2", "V-3.7")
def test_the_mail_to_the_person_in_charge_says_all_that_they_need(found):
    row = Mail.objects.get(topic="escalation.reached")
    sent = render(topic=row.topic, payload=row.payload)
    link, page = [line for line in sent.text.splitlines() if "http" in line]

    assert sent.subject == f"[{found.ticket.number}] Escalated to you: No dial tone"
    assert sent.text.replace(link, "LINK").replace(page, "PAGE") == (
        "Head of support: the client asks for you.\n"
        "\n"
        f"Ticket:    {found.ticket.number} No dial tone\n"
        f"Account:   {found.ticket.account}\n"
        "Severity:  Severity III\n"
        "Assigned:  nobody\n"
        "Ground:    The client is not content with the support\n"
        "Asked by:  Ada Client, Wed 4 Mar 2026, 10:00 EST\n"
        "\n"
        "Nobody calls us back.\n"
        "\n"
        "What the ticket shows:\n"
        f"  - It names the ticket {found.ticket.number} and the ground “The client is not content"
        " with the support”. (V-9.2)\n"
        "  - No figure of the ticket shows this ground. (V-9.1)\n"
        "\n"
        "Say that you have it in hand, with one press of a button:\n"
        "LINK\n"
        "\n"
        "If nobody does by Wed 4 Mar 2026, 14:00 EST, the next one on the path is asked.\n"
        "\n"
        "PAGE\n"
    )


@pytest.mark.clause("V-9.2")
def test_the_next_one_reads_who_was_asked_before(found):
    services.climb_due(at=later(hours=6))

    text = text_of("escalation.reached")

    assert "Asked before you, and not acknowledged:\n  - Head of support, +1 212 555 0101\n" in text
    assert "the managers on duty are told." in text


def test_state_is_checked_again_when_a_mail_is_sent(found):
    services.climb_due(at=later(hours=6))
    make_staff(is_duty_manager=True)
    services.climb_due(at=later(hours=11))
    services.acknowledge(escalation=found, who=HEAD, by=None, at=later(hours=12))

    for topic in ("escalation.reached", "escalation.unanswered"):
        with pytest.raises(Withdrawn, match=r"Head of support .* has it in hand"):
            text_of(topic)
    assert "In hand:   Head of support" in text_of("escalation.taken")
    services.answer(escalation=found, text="So.", by=make_staff(), at=later(hours=13))
    with pytest.raises(Withdrawn, match="answered by now"):
        text_of("escalation.taken")


@pytest.mark.clause("V-9.2")
def test_a_refusal_says_what_is_missing_and_how_to_ask_again():
    ticket = premium_ticket()
    escalate(ticket, "")

    text = text_of("escalation.refused")

    assert text.startswith(
        f"You asked to escalate {ticket.number}, and it went to nobody.\n"
        "\n"
        f"Ticket:   {ticket.number} No dial tone\n"
        "Reason:   It does not name one ground. The grounds are: "
    )
    assert "“Ground: The response came later than promised, or not yet”" in text
    assert "  - The client does not accept the severity\n" in text


def test_the_row_tells_who_asked_and_who_is_in_charge(found):
    services.climb_due(at=later(hours=6))
    row = Escalation.objects.get(pk=found.pk)

    assert (str(row), row.who) == (f"Escalation {row.pk} of {row.ticket.number}", "Ada Client")
    assert row.in_charge == {
        "title": "Director",
        "email": "rung2@client.example.com",
        "phone": "+1 212 555 0102",
    }


@pytest.mark.clause("V-9.2", "V-3.5")
def test_a_refusal_without_a_ticket_tells_the_grounds_of_the_senders_own_policy():
    escalate(premium_ticket(), ticket=None)

    row = Mail.objects.get(topic="escalation.refused")
    sent = render(topic=row.topic, payload=row.payload)

    assert (sent.subject, sent.reply_to) == ("Not escalated", ("premium-support@example.com",))
    assert sent.text.startswith("You asked to escalate, and it went to nobody.\n\nReason:   ")
    assert "  - The client is not content with the support\n" in sent.text


@pytest.mark.clause("V-9.2", "V-3.7")
def test_the_client_reads_what_the_ticket_shows_and_who_is_in_charge(found):
    assert text_of("escalation.raised") == (
        f"{found.ticket.number} is escalated, and the person in charge is asked to take it in"
        " hand.\n"
        "\n"
        f"Ticket:    {found.ticket.number} No dial tone\n"
        "Ground:    The client is not content with the support\n"
        "Asked by:  Ada Client, Wed 4 Mar 2026, 10:00 EST\n"
        "In charge: Head of support\n"
        "\n"
        "What the ticket shows:\n"
        f"  - It names the ticket {found.ticket.number} and the ground “The client is not content"
        " with the support”. (V-9.2)\n"
        "  - No figure of the ticket shows this ground. (V-9.1)\n"
        "\n"
        "If nobody says within 4 h that they have it in hand, the next person in charge is\n"
        "asked. You will hear who has it. Work on the ticket goes on meanwhile: answer this mail\n"
        "if there is more that we should know.\n"
    )
