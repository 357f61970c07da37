"""Whatever comes through the pipe is kept, and no mail is a fault of ours."""

from random import Random

import pytest

from apps.intake.models import InboundMail
from apps.intake.services import TooBig, receive_mail
from apps.tickets.models import Ticket
from tests.factories import MORNING, make_client
from tests.intake.mails import NAMES, raw
from tests.intake.mails_in import ADA, make_big_mail, make_mail, said, take, ticket_of, told

WHAT_ONE_MAY_MEET = {"REGISTERED", "ADDED", "REFUSED", "AUTOMATIC", "DUPLICATE", "UNREADABLE"}

UNREADABLE = {
    b"": "The input is empty.",
    b"\r\n\r\n": "The input is empty.",
    b"\x00" * 1000: "No header was found.",
    b"\xff\xfe\x00H\x00i": "No header was found.",
    b"Hello there": "No header was found.",
    b"Subject: No calls\n\nHi": "There is no From line.",
    b"From: a@b.example\nFrom: c@d.example\n\nHi": "There are 2 From lines; a mail has one.",
    b"From: a@b.example, c@d.example\n\nHi": ("The From line names 2 senders; a request has one."),
    b"From: Ada\n\nHi": "The From line holds no readable address.",
    b"From: a@b.example\n" + b"X: y\n" * 3000: "The header has more than 2000 fields.",
}


@pytest.mark.parametrize("bytes_in", UNREADABLE, ids=lambda raw: repr(raw[:20]))
def test_what_is_no_mail_is_kept_with_the_reason(db, bytes_in):
    mail = take(bytes_in) if bytes_in else receive_mail(b"", at=MORNING)

    assert (mail.state, mail.why) == ("UNREADABLE", UNREADABLE[bytes_in])
    assert bytes(InboundMail.objects.get().raw) == bytes_in
    assert (Ticket.objects.count(), told()) == (0, [])


ODD = {
    "NUL everywhere": make_mail(
        subject="No\x00 calls", text="No\x00 calls", message_id="<no\x00calls@c.example>"
    ),
    "lone surrogates": make_mail(
        subject="=?utf-8?B?7aCA?= =?utf-16?B?ANg=?=",
        text="\u2028",
        fields="Content-Type: text/plain; charset=utf-16",
    ),
    "surrogates in HTML": make_mail(text="&#xD800;&#0;", fields="Content-Type: text/html"),
    "a type without end": make_mail(
        text="x", fields=f"Content-Type: {'a' * 100}/{'b' * 100}; name=c"
    ),
    "a name without end": make_mail(
        text="x", fields=f"Content-Disposition: attachment; filename={'n' * 5000}.txt"
    ),
    "a subject without end": make_mail(subject="calls " * 9000),
    "an id without end": make_mail(message_id=f"<{'i' * 5000}@c.example>"),
    "a charset that is a codec but none of text": make_mail(
        text="x", fields="Content-Type: text/plain; charset=zlib"
    ),
    "a thousand tickets named": make_mail(
        fields="References: "
        + " ".join(f"<ticket.{pk}.acknowledged@provider.example.com>" for pk in range(1000))
    ),
    "a huge number": make_mail(subject=f"[FL-{'9' * 400}] [FL-999999999999]"),
    "eight bits": make_mail(subject="St\u00f6rung \U0001f4de").replace(b"\xc3\xb6", b"\xf6"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_mail_is_a_request_all_the_same(ada, what):
    mail = take(ODD[what])

    assert (mail.state, Ticket.objects.count()) == ("REGISTERED", 1)
    assert told() == [("ticket.acknowledged", ADA)]


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_that_was_damaged_on_its_way_is_never_a_fault(db, name):
    make_client(email="ada@example.com")
    random = Random(name)
    whole = raw(name)
    cut = whole[: random.randrange(len(whole))]
    spoilt = bytearray(whole)
    for _ in range(8):
        spoilt[random.randrange(len(whole))] = random.randrange(256)

    states = {receive_mail(bytes(damaged), at=MORNING).state for damaged in (cut, spoilt)}

    assert states - WHAT_ONE_MAY_MEET == set()


def test_an_attachment_of_25_megabytes_is_kept(ada):
    size = 25 * 1024 * 1024

    mail = take(make_big_mail(attached=size))

    (message,) = ticket_of(mail).messages.all()
    assert list(message.attachments.values_list("name", "size")) == [("trace.pcap", size)]
    assert said(ticket_of(mail)) == ["See the trace."]


def test_a_mail_at_the_limit_is_taken_and_one_byte_more_is_not(ada, settings):
    settings.MAIL_MAX_BYTES = len(make_mail())
    with pytest.raises(TooBig) as refusal:
        take(make_mail() + b"x")

    assert str(refusal.value) == (
        f"The mail has more than {len(make_mail())} bytes. Raise MAIL_MAX_BYTES to take it."
    )
    assert InboundMail.objects.count() == 0
    assert take().state == "REGISTERED"
