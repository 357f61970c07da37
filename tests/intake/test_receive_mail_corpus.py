"""Every mail of the corpus, from its bytes to what stands on record."""

import pytest

from apps.intake.models import InboundMail
from apps.tickets.models import Ticket
from tests.factories import make_client, make_order
from tests.intake.mails import NAMES, raw
from tests.intake.mails_in import happened, take, told

SENDERS = [
    *("ada@example.com", "joerg@example.com", "joerg.mueller@example.com", "help@example.net"),
]
WHY = "The sender is an authorised user of order ORD-1, which is executed and in term."

# The subject, the text, and (name, bytes) of the files.
NAMES_MADE_SAFE = [
    *("Prüf bericht 1.pdf", "ü.pdf", "größe.pdf", "htaccess"),  # boot.exe and gpj.exe stay out
    *("x" * 117 + ".gz", "image.png", "attachment", "_nul.txt"),
]
TICKETS = {
    "absurd_date": ("(no subject)", "", []),
    "apple_mail": ("No calls", "Before the trace.\n\nAfter the trace.", [("trace.log", 6)]),
    "bare_newlines_from_a_pipe": ("No calls", "Hi\nthere", []),
    "broken_base64": (
        "No calls",
        "This is plain text, whatever the header says.\n\nHello",
        [("attachment.pdf", 8)],
    ),
    "broken_utf_8": ("No calls", "Нет звон\ufffd \ufffd", []),
    "calendar": ("No calls", "Call at ten?", [("invitation.ics", 30)]),
    "carriage_returns_only": ("No calls", "Hi\nthere", []),
    "control_characters": ("No calls", "abc\tde", []),
    "cut_off": ("No calls", "Half a", [("a.png", 1)]),
    "date_without_zone": ("(no subject)", "Hi", []),
    "digest": ("No calls", "", [("message.eml", 40)]),
    "empty_alternative": ("No calls", "No calls", []),
    "encoded_words": ("Anruf überпривет and üReally? =?utf-8?Z?kept?=", "Hi", []),
    "forwarded": ("No calls", "See below.", [("message.eml", 120)]),
    "gb2312": ("No calls", "无法通话 朱镕基", []),
    "gmail_reply": (
        "Re: [FL-000017] No calls",
        "Works again, thanks 🎉\n\nOn Mon, Mar 4, 2024 at 9:00 AM Support"
        " <support@example.org> wrote:\n> Please try again.",
        [],
    ),
    "header_injection": ("Calls X-Evil: yes[31mexe", "Hi", []),
    "header_without_end": ("(no subject)", "Hello, no calls.", []),
    "html_only": ("No calls", "No calls – since nine", []),
    "html_with_plain_footer": ("No calls", "No calls\n--\nSent through <a list>", []),
    "iso_2022_jp": ("電話", "電話ができません", []),
    "iso_8859_1": ("No calls", "Grüße €", []),
    "koi8_r": ("No calls", "Нет звонков", []),
    "lying_charset": ("No calls", "Grüße – 5 €", []),
    "names": ("No calls", "", [(n, 2 if n == "_nul.txt" else 1) for n in NAMES_MADE_SAFE]),
    "no_boundary": ("No calls", "--b\n\nHi\n--b--", []),
    "no_message_id_no_date": ("No calls", "Hi", []),
    "outlook": (
        "Störung",
        "Störung im Büro [cid:image001.png@01DA]",
        [("image001.png", 8)],
    ),
    "phone": ("No calls", "See photo.\n\nSent from my phone", [("IMG_0001.jpeg", 6)]),
    "plain": ("No calls", "Hello,\n\nno calls since nine.\n\nAda", []),
    "raw_8bit_headers": ("Störung – dringend", "Hi", []),
    "shift_jis": ("No calls", "電話①", []),
    "signed": ("No calls", "Signed words.", [("signature.asc", 29)]),
    "unknown_charset": ("No calls", "Grüße", []),
    "utf_7": ("No calls", "+ADw-script+AD4-alert(1)", []),
    "uuencoded": ("No calls", "See below.\nbegin 644 a.txt\n#0V%T\n`\nend", []),
    "windows_1252": ("No calls", "„Gespräch“ – 5 €", []),
    "winmail": ("No calls", "See attached.", [("winmail.dat", 4)]),
}
EXCHANGES = "A rule of a mailbox or Exchange itself sent it (X-Ms-Exchange-{})."
MACHINES = {
    "bounce_delayed": "Its Auto-Submitted says “auto-replied”.",
    "bounce_delayed_exim": "Its Auto-Submitted says “auto-replied”.",
    "bounce_exchange": "Its Auto-Submitted says “auto-replied”.",
    "bounce_exim": "Its Auto-Submitted says “auto-replied”.",
    "bounce_postfix": "Its Auto-Submitted says “auto-replied”.",
    "bounce_qmail": "Its Return-Path is empty, so nobody waits for an answer.",
    "complaint": "It is a report of a mail system (multipart/report).",
    "newsletter": "It went through a mailing list (List-Unsubscribe).",
    "our_own_back": "Its Message-ID is one of ours: it is our own mail coming back.",
    "read_receipt": "It is a report of a mail system (multipart/report).",
    "vacation_exchange": EXCHANGES.format("Inbox-Rules-Loop"),
    "vacation_sieve": "Its Auto-Submitted says “auto-replied”.",
    "bounce": "Its Auto-Submitted says “auto-replied”.",
    "other_ticket_system": "Its Auto-Submitted says “auto-generated”.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def authorised():
    """All senders of the corpus, under one order."""
    order = make_order()
    order.number = "ORD-1"
    order.save()
    for email in SENDERS:
        make_client(order=order, email=email)


def test_every_mail_of_the_corpus_is_in_a_table():
    assert sorted([*TICKETS, *MACHINES]) == NAMES


@pytest.mark.clause("V-8.1", "V-8.1.4")
@pytest.mark.parametrize("name", TICKETS)
def test_a_persons_mail_becomes_a_ticket_that_says_what_the_mail_said(name):
    mail = take(raw(name))

    ticket = Ticket.objects.get()
    (message,) = ticket.messages.all()
    files = list(message.attachments.values_list("name", "size"))
    assert (mail.state, mail.ticket, mail.clause, mail.why) == ("REGISTERED", ticket, "H-7", WHY)
    assert (ticket.subject, message.text, files) == TICKETS[name]
    assert happened(ticket) == ["REGISTERED", "ACKNOWLEDGED"]
    assert told() == [("ticket.acknowledged", mail.sender)]
    assert bytes(InboundMail.objects.get().raw) == raw(name)


@pytest.mark.clause("V-8.1", "V-2-response")
@pytest.mark.parametrize("name", MACHINES)
def test_a_machines_mail_is_kept_and_becomes_nothing(name, settings):
    settings.MAIL_DOMAIN = "faultline.example.org"

    mail = take(raw(name))

    assert (mail.state, mail.ticket, mail.why) == ("AUTOMATIC", None, MACHINES[name])
    assert (Ticket.objects.count(), told()) == (0, [])
    assert bytes(InboundMail.objects.get().raw) == raw(name)
