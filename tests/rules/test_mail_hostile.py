"""Mails made to exhaust a reader cost no more than their size."""

import time
from itertools import pairwise

import pytest

from apps.intake.rules.bodies import MAX_TEXT
from apps.intake.rules.mail import NotAMail, ParsedMail, parse

pytestmark = pytest.mark.clause("V-8.1")

HEADER = b"From: ada@example.com\r\nMessage-ID: <a@b>\r\nDate: 4 Mar 2024 10:00:00 +0000\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
SIZE = 2_000_000
SECONDS = 3.0  # a slow machine under load; the usual is under a tenth


def parse_in_time(raw: bytes) -> ParsedMail:
    begun = time.perf_counter()
    mail = parse(raw)
    assert time.perf_counter() - begun < SECONDS
    return mail


def test_of_20_000_parts_the_first_250_are_read():
    part = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    mail = parse_in_time(HEADER + MIXED + part * 20_000 + b"--b--")

    assert (len(mail.attachments), mail.defects) == (
        250,
        ("The mail has more than 250 parts; only those were read.",),
    )


@pytest.mark.parametrize("deep", [3_000, 30_000])
def test_of_3_000_nestings_the_outer_20_are_opened_and_the_rest_is_attached(deep):
    opened = [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(deep)
    ]
    mail = parse_in_time(HEADER + b"".join(opened))

    kinds = [part.content_type for part in mail.attachments]
    assert (kinds, mail.defects) == (
        ["multipart/mixed"],
        (
            "The mail ends without its last boundary line; it may have been cut off.",
            "The parts are nested more than 20 deep; the rest is attached.",
        ),
    )


def test_mails_within_mails_are_not_opened_at_all():
    nested = b"Content-Type: message/rfc822\r\n\r\n"
    mail = parse_in_time(HEADER + nested * 3_000)

    assert [part.content for part in mail.attachments] == [nested * 2_999]


def test_boundary_lines_that_only_begin_alike_are_looked_at_a_bounded_number_of_times():
    mail = parse_in_time(HEADER + MIXED + b"\r\n--bx" * 400_000)

    assert mail.defects[0] == (
        "A part that should hold others has no boundary lines; it is read as text."
    )


def test_a_boundary_may_begin_like_the_one_inside_it():
    inside = b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nIn\r\n--bb--\r\n"
    mail = parse(HEADER + MIXED + b"--b\r\n" + inside + b"--b\r\n\r\nOut\r\n--b--\r\nepilogue")

    assert (mail.text, mail.defects) == ("In\n\nOut", ())


@pytest.mark.parametrize(
    "field",
    [
        b"Subject: " + b"x" * SIZE,
        b"Subject: " + b"x\r\n " * (SIZE // 4),
        b"Subject: " + b"=?a?q?x" * (SIZE // 7),
        b"Subject: " + b"=?utf-8?q?x?= " * (SIZE // 14),
        b"References: " + b"<" * SIZE,
        b"References: " + b"<a@b> " * (SIZE // 6),
        b"To: " + b"a@b.c," * (SIZE // 6),
        b"To: " + b'("<' * (SIZE // 3),
        b"To: " + b"(" * SIZE,
        b"To: " + b"=?" * (SIZE // 2),
        b"Content-Type: multipart/mixed" + b';a="' * (SIZE // 4),
        b"Content-Type: text/plain" + b";name*0*=''" * (SIZE // 12),
        b"X-Ending: " + b"\r" * SIZE,
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A====" * (SIZE // 5),
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\n" * (SIZE // 2),
        b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B\xff" * (SIZE // 4),
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + b"\xff\xc3" * (SIZE // 2),
    ],
    ids=lambda field: repr(field[:40]),
)
def test_a_field_or_text_of_any_length_is_read_in_time(field):
    mail = parse_in_time(HEADER + field + b"\r\n\r\n")

    assert mail.sender == "ada@example.com"


def test_a_sender_line_of_any_length_is_refused_in_time():
    with pytest.raises(NotAMail):
        parse_in_time(b"From: " + b'<(,"' * (SIZE // 4) + b"\r\n\r\n")


@pytest.mark.parametrize(("length", "noted"), [(MAX_TEXT, False), (MAX_TEXT + 1, True)])
def test_a_text_is_kept_up_to_its_limit(length, noted):
    mail = parse(HEADER + b"\r\n" + b"x" * length)

    assert (len(mail.text), bool(mail.defects)) == (MAX_TEXT, noted)


def test_a_plain_mail_of_two_kilobytes_is_read_over_a_thousand_times_a_second():
    raw = HEADER + b"Received: from a by b; 4 Mar 2024\r\n" * 10 + b"\r\n" + b"No calls.\r\n" * 140
    instants = [time.perf_counter()]
    for _ in range(200):
        parse(raw)
        instants.append(time.perf_counter())

    # The median, so that a busy machine does not decide.
    assert sorted(after - before for before, after in pairwise(instants))[100] < 0.001
