"""What came along, and under which names."""

import pytest

from apps.intake.rules.attachments import safe_name
from apps.intake.rules.mail import Part
from apps.intake.rules.structure import parameter
from tests.intake.mails import read, reads_as

pytestmark = pytest.mark.clause("V-8.1")


def test_names_are_read_in_every_spelling_and_made_safe():
    assert read("names") == reads_as(
        "names",
        attachments=(
            Part("Prüf bericht 1.pdf", "application/pdf", b"1"),
            Part("ü.pdf", "application/pdf", b"2"),
            Part("boot.exe", "application/x-msdownload", b"3"),
            Part("gpj.exe", "image/jpeg", b"4"),
            Part("größe.pdf", "application/pdf", b"5"),
            Part("htaccess", "application/octet-stream", b"6"),
            Part("x" * 117 + ".gz", "application/octet-stream", b"7"),
            Part("image.png", "image/png", b"8"),
            Part("attachment", "application/x-thing", b"9"),
            Part("_nul.txt", "text/plain", b"10"),
        ),
    )


def test_an_invitation_is_an_attachment_of_its_mail():
    calendar = Part("invitation.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR")

    assert read("calendar") == reads_as("calendar", text="Call at ten?", attachments=(calendar,))


def test_a_forwarded_mail_is_one_attachment_its_own_parts_inside():
    inside = (
        b"From: kim@example.net\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
        b"--c\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--c--"
    )
    forwarded = Part("message.eml", "message/rfc822", inside)

    assert read("forwarded") == reads_as("forwarded", text="See below.", attachments=(forwarded,))


def test_the_mails_of_a_digest_are_attachments_without_saying_so():
    inside = b"From: kim@example.net\r\nSubject: one\r\n\r\n1"

    assert read("digest") == reads_as(
        "digest", attachments=(Part("message.eml", "message/rfc822", inside),)
    )


def test_a_signature_is_an_attachment():
    signature = b"-----BEGIN PGP SIGNATURE-----"

    assert read("signed") == reads_as(
        "signed",
        text="Signed words.",
        attachments=(Part("signature.asc", "application/pgp-signature", signature),),
    )


def test_outlooks_own_format_is_kept_unopened():
    assert read("winmail") == reads_as(
        "winmail",
        text="See attached.",
        attachments=(Part("winmail.dat", "application/ms-tnef", b'x\x9f>"'),),
    )


def test_transfer_encodings_that_lie_or_break_lose_nothing_and_are_noted():
    assert read("broken_base64") == reads_as(
        "broken_base64",
        text="This is plain text, whatever the header says.\n\nHello",
        attachments=(Part("attachment.pdf", "application/pdf", b"%PDF-1.4"),),
        defects=(
            "A text says it is base64 but is not; it is shown as it came.",
            "A part's base64 is damaged; what could be read was kept.",
            "The transfer encoding “x-rot13” is not known; a part is as it came.",
        ),
    )


def test_a_mail_cut_off_in_transit_keeps_what_came():
    assert read("cut_off") == reads_as(
        "cut_off",
        text="Half a",
        attachments=(Part("a.png", "image/png", b"\x01"),),
        defects=("The mail ends without its last boundary line; it may have been cut off.",),
    )


def test_parts_without_a_boundary_are_shown_as_text():
    assert read("no_boundary") == reads_as(
        "no_boundary",
        text="--b\n\nHi\n--b--",
        defects=("A part that should hold others has no boundary lines; it is read as text.",),
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a" * 121, "a" * 120),
        ("a" * 120, "a" * 120),
        ("a." + "b" * 130, "a"),
        ("a\u200b\u2066b\u2028.txt", "ab.txt"),
        ("con", "_con"),
        ("report.pdf:stream", "report.pdf_stream"),
        ("../..", "attachment"),
        ("x/", "attachment"),
        ("tab\there.txt", "tabhere.txt"),
    ],
)
def test_a_safe_name_names_one_file_in_one_folder(name, safe):
    assert safe_name(name, content_type="application/zip") == safe


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (r'a; filename="C:\temp\a \"b\".txt"', r'C:\temp\a "b".txt'),
        ('a; filename="open', "open"),
        ("a; filename=; x=y", ""),
        ("a; filename*=plain%20", "plain"),
        ("a; filename*0=it's; filename*1=\" a 'b'\"", "it's a 'b'"),
        ("a; filename*x=b", "b"),
        ("a; filename*=''%C3%BC", "ü"),
        ("a; filename=first; filename=second", "first"),
        ("a; name=other", ""),
    ],
)
def test_a_parameter_is_read_in_every_spelling(header, name):
    assert parameter(header, "filename") == name
