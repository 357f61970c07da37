"""Which mail of ours came back, whom it did not reach, and why."""

import pytest

from apps.intake.rules.bounces import Bounce, bounce_of
from apps.intake.rules.mail import parse
from tests.intake.mails import raw

pytestmark = pytest.mark.clause("V-8.1")
OURS = "ticket.17.message-3@faultline.example.org"


def report(
    *groups: str,
    returned: str = "text/rfc822-headers\n\nMessage-ID: <a@b>",
    fields: str = "Return-Path: <>",
) -> bytes:
    """Write a delivery report: a group of fields for each recipient."""
    status = "\n\n".join(["Reporting-MTA: dns; mx.example.com", *groups])
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.example.com>\n{fields}\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nSorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--b\nContent-Type: {returned}\n--b--\n"
    ).encode()


def read(content: bytes) -> Bounce | None:
    return bounce_of(parse(content))


@pytest.mark.parametrize(
    ("name", "bounce"),
    [
        (
            "bounce_postfix",
            Bounce(
                "kim@client.example.net",
                "5.1.1",
                "550 5.1.1 <kim@client.example.net>: Recipient address rejected: User unknown",
                (OURS,),
            ),
        ),
        ("bounce_exim", Bounce("kim@client.example.net", "", "", (OURS,))),
        ("bounce_qmail", Bounce("", "", "", (OURS,))),
        (
            "bounce_exchange",
            Bounce(
                "kim@client.example.net",
                "5.2.2",
                "550 5.2.2 mailbox full; STOREDRV.Deliver; quota exceeded",
                (OURS,),
            ),
        ),
        ("bounce_delayed", None),
        ("bounce_delayed_exim", None),
        ("read_receipt", None),
        ("vacation_sieve", None),
        ("vacation_exchange", None),
        ("complaint", None),
        ("plain", None),
    ],
)
def test_the_reports_of_our_corpus_are_read(name, bounce):
    assert read(raw(name)) == bounce


def test_of_many_recipients_the_first_who_was_not_reached_is_named():
    found = read(
        report(
            "Final-Recipient: rfc822; ada@example.com\nAction: delivered\nStatus: 2.0.0",
            "Final-Recipient: rfc822; Kim@Example.com\nAction: FAILED (now)\nStatus: 5.0.0 (no)",
        )
    )

    assert found == Bounce("kim@example.com", "5.0.0", "", ("a@b",))


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_has_not_failed_for_good_is_no_bounce(action):
    assert read(report(f"Final-Recipient: rfc822; a@b.example\nAction: {action}")) is None


def test_a_report_that_names_no_action_is_one_by_its_status():
    assert read(report("Final-Recipient: rfc822; a@b.example\nStatus: 5.4.1")) == Bounce(
        "a@b.example", "5.4.1", "", ("a@b",)
    )
    assert read(report("Final-Recipient: rfc822; a@b.example\nStatus: 4.4.1")) is None


def test_the_mail_that_was_returned_goes_before_what_the_report_answers():
    found = read(
        report(
            "Action: failed",
            returned="message/rfc822\n\nMessage-ID: <returned@b>\n\nText",
            fields="In-Reply-To: <answered@b>\nReferences: <first@b> <last@b>",
        )
    )

    assert found is not None
    assert found.mail_ids == ("returned@b", "answered@b", "last@b", "first@b")


def test_an_explanation_of_any_length_is_cut():
    found = read(report(f"Action: failed\nDiagnostic-Code: smtp; {'x' * 100_000}"))

    assert found is not None
    assert found.diagnostic == "x" * 300


def test_a_report_of_very_many_recipients_is_read_so_far():
    groups = ["Final-Recipient: rfc822; a@b.example\nAction: delivered"] * 50_000

    assert read(report(*groups, "Action: failed")) is None
