"""Which tickets a mail names."""

import pytest

from apps.intake.rules.mail import parse
from apps.intake.rules.threading import ticket_ids_named
from tests.intake.mails import raw

pytestmark = pytest.mark.clause("V-8.1.4")


def named(*, subject: str = "", reply: str = "", references: str = "") -> tuple[int, ...]:
    content = (
        f"From: ada@example.com\r\nSubject: {subject}\r\nIn-Reply-To: {reply}\r\n"
        f"References: {references}\r\n\r\n"
    )
    return ticket_ids_named(parse(content.encode()), prefix="FL", own_domain="Desk.example.org")


def test_what_it_answers_goes_before_its_thread_and_that_before_the_subject():
    assert named(
        reply="<ticket.3.ack@desk.example.org>",
        references="<ticket.1.ack@desk.example.org> <ticket.2.x.y@DESK.example.org>",
        subject="FL-5 [FL-000004] FL-3",
    ) == (3, 2, 1, 4, 5)


@pytest.mark.parametrize(
    ("message_id", "tickets"),
    [
        ("ticket.17.ack@desk.example.org", (17,)),
        ("ticket.999999999999.ack@desk.example.org", (999_999_999_999,)),
        ("ticket.1000000000000.ack@desk.example.org", ()),
        ("ticket.17.ack@evil.example.net", ()),
        ("ticket.17.ack@desk.example.org@evil.example.net", ()),
        ("ticket.17.ack@evil.desk.example.org", ()),
        ("ticket.17@desk.example.org", ()),
        ("ticket.0.ack@desk.example.org", ()),
        ("ticket.\u0661\u0667.ack@desk.example.org", ()),
        ("xticket.17.ack@desk.example.org", ()),
    ],
)
def test_only_our_own_message_ids_name_a_ticket(message_id, tickets):
    assert named(reply=f"<{message_id}>") == tickets


@pytest.mark.parametrize(
    ("subject", "tickets"),
    [
        ("Re: [FL-000123] No calls", (123,)),
        ("AW: fl-123: no calls", (123,)),
        ("FL-123.", (123,)),
        ("FL-999999999999", (999_999_999_999,)),
        ("FL-1000000000000", ()),
        ("XFL-123", ()),
        ("äFL-123", ()),
        ("FL-123a", ()),
        ("FL-123ä", ()),
        ("FL-\u0661\u0662", ()),
        ("FL-000", ()),
        ("FL 123", ()),
        ("FL-1 FL-2 fl-01", (1, 2)),
        ("[ACME-7] no calls", ()),
        ("=?utf-8?Q?=5BFL-000123=5D?=", (123,)),
    ],
)
def test_a_number_in_the_subject_stands_alone(subject, tickets):
    assert named(subject=subject) == tickets


def test_no_letter_of_another_script_passes_for_one_of_the_prefix():
    mail = parse("From: a@example.com\r\nSubject: \u017fk-1 s\u212a-2 sk-3\r\n\r\n".encode())

    assert ticket_ids_named(mail, prefix="SK", own_domain="example.org") == (3,)


def test_an_answer_from_gmail_lands_on_its_ticket():
    mail = parse(raw("gmail_reply"))

    assert ticket_ids_named(mail, prefix="FL", own_domain="faultline.example.org") == (17,)
