"""Which mails a machine wrote."""

import pytest

from apps.intake.rules.automatic import automatic_reason
from apps.intake.rules.mail import parse
from tests.intake.mails import raw

pytestmark = pytest.mark.clause("V-8.1", "V-2-response")

OWN = ["Support@Example.org"]


def reason(*fields: str, sender: str = "ada@example.com", body: str = "") -> str:
    content = "\r\n".join([f"From: {sender}", *fields, "", body])
    return automatic_reason(parse(content.encode()), own_addresses=OWN)


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("Auto-Submitted: auto-replied", "Its Auto-Submitted says “auto-replied”."),
        ("Auto-Submitted: Auto-Generated; a=b", "Its Auto-Submitted says “auto-generated”."),
        ("X-Autoreply: yes", "It carries X-Autoreply, as automatic answers do."),
        ("X-Autorespond: away", "It carries X-Autorespond, as automatic answers do."),
        (
            "Content-Type: multipart/report; boundary=b",
            "It is a report of a mail system (multipart/report).",
        ),
        ("Return-Path: < >", "Its Return-Path is empty, so nobody waits for an answer."),
        ("X-Failed-Recipients: a@b", "It names recipients that a mail did not reach."),
        ("Precedence: Bulk", "Its Precedence is “bulk”."),
        ("Precedence: junk", "Its Precedence is “junk”."),
        ("Precedence: list", "Its Precedence is “list”."),
        ("List-Id: <a.example.com>", "It went through a mailing list (List-Id)."),
        ("List-Unsubscribe: <mailto:a@b>", "It went through a mailing list (List-Unsubscribe)."),
        (
            "X-Loop: support@example.org",
            "Its X-Loop says that it went through our mailbox before.",
        ),
    ],
)
def test_a_machine_gives_itself_away_by_one_field(field, why):
    assert reason(field) == why


@pytest.mark.parametrize(
    "field",
    [
        "X-Nothing: special",
        "Auto-Submitted: no",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <ada@example.com>",
        "Precedence: normal",
        "Subject: Out of office: no calls",
        "Content-Type: text/plain",
        "X-Loop: other@example.net",
    ],
)
def test_what_persons_mails_carry_too_is_no_sign(field):
    assert reason(field) == ""


@pytest.mark.parametrize(
    ("sender", "why"),
    [
        ("MAILER-DAEMON@mx.example.net", "a mail system (mailer-daemon@mx.example.net)"),
        ("Postmaster@example.com", "a mail system (postmaster@example.com)"),
        ("support@EXAMPLE.org", "our own address support@example.org"),
    ],
)
def test_a_mail_system_and_we_ourselves_are_machines(sender, why):
    assert reason(sender=sender) == f"It comes from {why}."


def test_a_noreply_sender_may_be_a_clients_monitoring():
    assert reason(sender="noreply@example.com") == ""


def test_a_delivery_report_inside_an_ordinary_mail_is_one():
    body = "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b--"

    assert reason("Content-Type: multipart/mixed; boundary=b", body=body) == (
        "It is a report of a mail system (message/delivery-status)."
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("plain", ""),
        ("outlook", ""),
        ("gmail_reply", ""),
        ("bounce", "Its Auto-Submitted says “auto-replied”."),
        ("other_ticket_system", "Its Auto-Submitted says “auto-generated”."),
    ],
)
def test_the_mails_of_our_corpus_are_told_apart(name, why):
    assert automatic_reason(parse(raw(name)), own_addresses=OWN) == why
