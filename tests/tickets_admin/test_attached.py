"""Files that staff attach: sent with the mail, within limits, and refused with words that help."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.outbox.models import Message as Mail
from apps.outbox.rendering import render
from apps.outbox.transport import compose
from apps.tickets.models import Attachment
from tests.factories import make_ticket, reason_of
from tests.tickets_admin.pages import agent, markup_of, said, send, text_of

pytestmark = pytest.mark.django_db
REFUSED = 422


def file(name="trace.pcap", content=b"\x00\xff", kind="application/vnd.tcpdump.pcap"):
    return SimpleUploadedFile(name, content, content_type=kind)


def write(*files, act="answer", text="See the files.", ticket=None, client=None, **given):
    ticket = ticket or make_ticket()
    given = {"act": act, "text": text, "attached": files, **given}
    return ticket, send(client or agent()[0], ticket, "write", **given)


def kept():
    return list(Attachment.objects.values_list("name", "content_type", "size"))


def attached():
    """Name, type and bytes of what the latest mail to a client carries."""
    row = Mail.objects.filter(topic="ticket.replied").latest("pk")
    mail = compose(row, render(topic=row.topic, payload=row.payload)).message()
    parts = [part for part in mail.walk() if part.get_filename()]
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in parts
    ]


def test_files_go_out_with_an_answer_byte_for_byte_and_stay_with_it():
    _, answer = write(file(), file("Bericht März.pdf", b"%PDF", "application/pdf"))

    assert answer.status_code == 302
    assert kept() == [
        ("trace.pcap", "application/vnd.tcpdump.pcap", 2),
        ("Bericht März.pdf", "application/pdf", 4),
    ]
    assert attached() == [
        ("trace.pcap", "application/vnd.tcpdump.pcap", b"\x00\xff"),
        ("Bericht März.pdf", "application/pdf", b"%PDF"),
    ]


@pytest.mark.parametrize("act", ["note", "call"])
def test_files_of_a_note_are_kept_and_not_sent(act):
    ticket, _ = write(file(), act=act)

    assert (said(ticket), len(kept())) == ([("NOTE", "See the files.")], 1)
    assert not Mail.objects.filter(topic="ticket.replied").exists()


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("IMAGE/PNG", "image/png"),
    ],
)
def test_a_type_that_a_mail_program_would_show_or_run_is_sent_as_a_plain_file(kind, sent):
    content = "From: a\n\nGrüße\n".encode("latin-1")
    write(file("a.dat", content, kind))

    assert attached() == [("a.dat", sent, content)]


@pytest.mark.parametrize(
    "name", ["run.exe", "RUN.EXE", "invoice.pdf.js", "a.bat. ", "invoice\u202efdp.exe", "x.PS1"]
)
def test_programs_and_scripts_are_refused_and_the_text_stays(name):
    ticket, answer = write(file(name), text="Hello <there>")

    assert (answer.status_code, said(ticket), kept()) == (REFUSED, [], [])
    assert "is a program or a script, which mail servers refuse" in text_of(answer)
    assert "Hello &lt;there&gt;</textarea>" in markup_of(answer)


def test_each_file_and_all_together_have_a_limit_which_itself_is_within_it(settings):
    settings.SENT_FILE_MAX_BYTES, settings.SENT_FILES_MAX_BYTES = 10, 15

    _, fits = write(file(content=b"x" * 10), file("b", b"x" * 5))
    _, one = write(file(content=b"x" * 11))
    _, together = write(file(content=b"x" * 10), file("b", b"x" * 6))

    assert (fits.status_code, one.status_code, together.status_code) == (302, REFUSED, REFUSED)
    assert "trace.pcap is larger than 10 bytes." in text_of(one)
    assert "Together the files have more than 15 bytes." in text_of(together)
    assert len(kept()) == 2


def test_an_upload_beyond_all_bounds_is_not_kept_and_the_text_is(settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    ticket, answer = write(file(content=b"x" * 200_000), file("b", b"x"), text="Typed for long.")

    assert (answer.status_code, said(ticket), kept()) == (REFUSED, [], [])
    assert "Typed for long.</textarea>" in markup_of(answer)
    assert "Together the files have more than" in text_of(answer)


def test_an_empty_file_is_said_to_be_empty():
    assert "trace.pcap is empty." in text_of(write(file(content=b""))[1])


def test_a_solution_takes_files_along():
    ticket = make_ticket()
    _, answer = write(
        file(), ticket=ticket, act="solve", reason=reason_of(ticket.version, "solved").pk
    )

    assert (answer.status_code, len(kept())) == (302, 1)


def test_a_double_click_attaches_once_and_another_file_is_another_act():
    ticket, (client, _) = make_ticket(), agent()
    key = {"act_key": "11111111-1111-4111-8111-111111111111"}
    for content in (b"one", b"one", b"two"):
        _, answer = write(file(content=content), ticket=ticket, client=client, **key)
        assert answer.status_code == 302

    assert (len(said(ticket)), len(kept())) == (2, 2)


def test_a_hostile_name_is_made_safe():
    write(file("..\\..\\a|b\u202e: 1.pdf"))

    assert [name for name, *_ in kept()] == ["a_b_ 1.pdf"]
