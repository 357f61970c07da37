"""How the mails read, whole, in the policy's own time."""

import pytest

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import Withdrawn, render
from apps.tickets import services
from tests.factories import make_client, make_order, make_staff, make_ticket
from tests.tickets.reading import deadline, later

pytestmark = pytest.mark.django_db


def mail(topic):
    """The mail on that topic as it would go out now."""
    message = Mail.objects.filter(topic=topic).order_by("pk").last()
    return render(topic=topic, payload=message.payload)


def answered(**facts):
    ticket = make_ticket(**facts)
    services.answer(
        ticket=ticket,
        text="We look into it.",
        by=make_staff(name="grace"),
        at=later(minutes=30),
        act_key="a",
    )
    return ticket


@pytest.mark.clause("V-8.1.4", "V-3.7")
def test_the_acknowledgement_carries_number_severity_and_due_instant():
    ticket = make_ticket()
    number = ticket.number

    found = mail("ticket.acknowledged")

    assert found.text == (
        f"Your request is registered as {number}.\n"
        "\n"
        "Subject:     No dial tone\n"
        "Registered:  Wed 4 Mar 2026, 09:00 EST\n"
        "Severity:    Priority 3\n"
        "Response by: Wed 4 Mar 2026, 13:00 EST\n"
        "\n"
        f"Keep {number} in the subject of whatever you write about it, so that it\n"
        "reaches the same ticket. A person of our team will answer you; this mail was sent by\n"
        "our system.\n"
    )
    assert (found.subject, found.language, found.automatic) == (
        f"[{number}] No dial tone",
        "en",
        True,
    )
    assert (found.reply_to, found.in_reply_to, found.references) == (
        ("help@harbour.example.com",),
        "<question@client.example.com>",
        ("<question@client.example.com>",),
    )


@pytest.mark.clause("V-8.1.4")
def test_what_did_not_come_by_mail_is_no_answer_to_one():
    make_ticket(channel="PHONE", source_mail_id="")

    found = mail("ticket.acknowledged")

    assert (found.in_reply_to, found.references) == ("", ())


@pytest.mark.clause("V-2-response")
def test_an_answer_is_what_a_person_wrote_in_the_thread_of_the_question():
    ticket = answered()

    found = mail("ticket.replied")

    assert found.text == (
        "We look into it.\n"
        "\n"
        "--\n"
        "grace\n"
        f"{ticket.number} · answer this mail to write to the same ticket\n"
    )
    assert (found.subject, found.automatic) == (f"[{ticket.number}] No dial tone", False)
    assert (found.in_reply_to, found.references) == (
        "<question@client.example.com>",
        (
            f"<ticket.{ticket.pk}.acknowledged@provider.example.com>",
            "<question@client.example.com>",
        ),
    )


def test_what_a_client_wrote_is_not_escaped_in_a_text_mail():
    make_ticket(subject="<b>R&D</b> can't call")

    assert "Subject:     <b>R&D</b> can't call\n" in mail("ticket.acknowledged").text


@pytest.mark.clause("V-9.1", "V-3.7")
def test_a_missed_deadline_is_told_with_its_reason(settings):
    settings.BASE_URL = "https://faultline.example.com"
    ticket = answered(assignee=make_staff(name="ada"))
    services.sweep_deadlines(at=later(hours=9))

    found = mail("deadline.missed")

    assert found.subject == f"[{ticket.number}] Resolution missed: No dial tone"
    assert found.text == (
        f"Resolution of {ticket.number} was missed.\n"
        "\n"
        f"Ticket:    {ticket.number} No dial tone\n"
        f"Account:   {ticket.account.name}\n"
        "Severity:  Priority 3\n"
        "Assigned:  ada\n"
        "Target:    8 h\n"
        "Was due:   Wed 4 Mar 2026, 17:00 EST\n"
        "\n"
        "Why:\n"
        "  - The clock starts at registration, Wed 4 Mar 2026, 09:00 EST, as Priority 3. (H-5)\n"
        "  - Priority 3: resolution within 8 h of “Standard hours”. (H-3, R-2)\n"
        "  - That is Wed 4 Mar 2026, 17:00 EST. (H-3)\n"
        "  - Nothing came by then: missed. A miss stays, whatever happens later. (H-3)\n"
        "\n"
        f"https://faultline.example.com/admin/tickets/ticket/{ticket.pk}/change/\n"
    )


@pytest.mark.clause("V-9.1")
def test_a_deadline_that_is_near_is_told_with_its_reason(settings):
    settings.BASE_URL = "https://faultline.example.com"
    make_staff(is_duty_manager=True)
    ticket = make_ticket(severity="2", at=later(hours=12))
    services.sweep_deadlines(at=later(hours=15, seconds=1))

    found = mail("deadline.warned")

    assert found.subject == f"[{ticket.number}] Resolution near: No dial tone"
    assert found.text == (
        f"Resolution of {ticket.number} is near its end.\n"
        "\n"
        f"Ticket:    {ticket.number} No dial tone\n"
        f"Account:   {ticket.account.name}\n"
        "Severity:  Priority 2\n"
        "Assigned:  nobody\n"
        "Target:    4 h\n"
        "Due:       Thu 5 Mar 2026, 01:00 EST\n"
        "\n"
        "Why:\n"
        "  - The clock starts at registration, Wed 4 Mar 2026, 21:00 EST, as Priority 2. (H-5)\n"
        "  - Priority 2: resolution within 4 h of “Around the clock”. (H-3)\n"
        "  - That is Thu 5 Mar 2026, 01:00 EST. (H-3)\n"
        "\n"
        f"https://faultline.example.com/admin/tickets/ticket/{ticket.pk}/change/\n"
    )


@pytest.mark.parametrize("then", ["answered", "missed", "gone"])
def test_a_warning_that_is_no_longer_true_is_not_sent(then):
    make_staff(is_duty_manager=True)
    ticket = make_ticket(requester=make_client(order=make_order()))
    services.sweep_deadlines(at=later(hours=3, seconds=1))
    payload = Mail.objects.get(topic="deadline.warned").payload

    if then == "answered":
        services.answer(
            ticket=ticket, text="-", by=make_staff(), at=later(hours=3, minutes=1), act_key="a"
        )
    elif then == "missed":
        services.sweep_deadlines(at=later(hours=5))
    else:
        deadline(ticket, "RESPONSE").delete()

    with pytest.raises(Withdrawn, match="not near any more"):
        render(topic="deadline.warned", payload=payload)
