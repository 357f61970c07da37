"""What holds for every mail that leaves the house, whatever it is about."""

import re

import pytest

from apps.outbox.rendering import render, topics
from apps.outbox.transport import compose
from tests.mails_made import ALL, SUBJECT

pytestmark = pytest.mark.django_db
BY_A_PERSON = {"ticket.replied", "ticket.solved", "escalation.answered"}
# They are about nobody's policy: a stranger's request, and mails for staff.
WITHOUT_A_MAILBOX = {
    "appointment.released",
    "request.refused",
    "mail.unreadable",
    "oncall.gap",
    "page.raised",
    "page.given_up",
    "voice.ticket_missing",
    "user.reset_asked",
    "user.sign_in_changed",
}
SAYS_THE_WORDS = (
    *("appointment.", "request.", "mail.", "order.", "page."),
    *("credit_note.", "amount.", "standing.", "service.", "person.", "user."),
    *("token.", "maintenance.", "webhook."),
)
ATTACHED = {
    topic: ["application/pdf"]
    for topic in ("report.issued", "invoice.issued", "credit_note.issued")
} | {"maintenance.told": ["text/calendar"]}


@pytest.fixture(scope="module")
def sent(django_db_setup, django_db_blocker):
    """Every mail as it goes out, with the ticket that it is about; rolled back at the end."""
    from django.db import transaction  # noqa: PLC0415 (the database is there from here on)

    with django_db_blocker.unblock(), transaction.atomic():
        made = []
        for makes in ALL:
            for row, ticket in makes():
                mail = compose(row, render(topic=row.topic, payload=row.payload))
                made.append((row, mail.message(), ticket and ticket.number))
        transaction.set_rollback(True)
    return made


def parts(mail):
    return {
        part.get_content_type(): part.get_payload(decode=True).decode(errors="replace")
        for part in mail.walk()
        if not part.is_multipart()
    }


def test_every_topic_is_looked_at_here(sent):
    known = [topic for topic in topics() if not topic.startswith("kettle.")]

    assert sorted({row.topic for row, *_ in sent}) == known


def test_every_mail_has_text_and_html(sent):
    assert {row.topic: list(parts(mail)) for row, mail, _ in sent} == {
        row.topic: ["text/plain", "text/html", *ATTACHED.get(row.topic, [])] for row, *_ in sent
    }


@pytest.mark.clause("V-8.1.4")
def test_what_is_about_a_ticket_has_its_number_in_the_subject_and_its_thread(sent):
    for row, mail, number in sent:
        if number is None:
            continue
        root = f"<ticket.{int(number.split('-')[1])}.acknowledged@provider.example.com>"
        assert mail["Subject"].startswith(f"[{number}] ")
        # The one is the root itself, the other stays in the thread of the duplicate.
        if row.topic not in ("ticket.acknowledged", "ticket.merged"):
            assert mail["References"].split()[0] == root


def test_message_ids_are_ours(sent):
    for row, mail, _ in sent:
        assert mail["Message-ID"] == row.message_id
        assert re.fullmatch(r"<[^<>\s]+@provider\.example\.com>", row.message_id)


def test_automatic_mails_say_so_and_a_persons_does_not(sent):
    silent = {row.topic for row, mail, _ in sent if mail["Auto-Submitted"] is None}

    assert silent == BY_A_PERSON


def test_answers_go_to_the_policys_mailbox(sent):
    without = {row.topic for row, mail, _ in sent if not mail["Reply-To"]}

    assert without == WITHOUT_A_MAILBOX


def test_what_others_wrote_is_never_markup_and_nothing_is_fetched(sent):
    for row, mail, _ in sent:
        html = parts(mail)["text/html"]
        assert re.findall(r"<(?:img|script|iframe|link|style|object|form)\b", html) == [], row.topic
        assert re.findall(r"\s(?:src|on\w+|background)=[\"']", html) == [], row.topic


def test_hostile_words_read_as_they_were_written(sent):
    shown = {
        row.topic
        for row, mail, _ in sent
        if SUBJECT in parts(mail)["text/plain"]
        and "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; R&amp;D {{ 7 }}"
        in parts(mail)["text/html"]
    }

    assert shown == {
        row.topic for row, _, number in sent if number or row.topic.startswith(SAYS_THE_WORDS)
    }
