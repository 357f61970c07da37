"""Whatever comes in, a mail or a refusal comes out, and all of it can be stored."""

import dataclasses
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.intake.html import sanitised, text_of
from apps.intake.rules.automatic import automatic_reason
from apps.intake.rules.mail import NotAMail, ParsedMail, parse
from apps.intake.rules.threading import ticket_ids_named
from tests.intake.mails import NAMES, raw

pytestmark = pytest.mark.clause("V-8.1")

FIELDS = st.sampled_from(
    b"From To Subject Date References Message-ID Content-Type Content-Disposition "
    b"Content-Transfer-Encoding".split()
)
PIECES = st.sampled_from(
    b'a@example.com|<|>|(|)|,|;|:|"|\\|\x00|\r\n |=?utf-8?Q?=C3?=|=?utf-16?B?ANg=?=|4 Mar 2024|'
    b"multipart/mixed; boundary=b|text/plain; charset=|utf-16|base64|filename*0*=|''%ED%A0%80|"
    b"\xed\xa0\x80".split(b"|")
)
VALUES = st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=8).map(b" ".join)
HEADERS = st.lists(st.tuples(FIELDS, VALUES).map(b": ".join), max_size=6).map(b"\r\n".join)
BODIES = st.lists(st.one_of(st.just(b"\r\n--b\r\n"), HEADERS, st.binary()), max_size=6).map(
    b"".join
)


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if dataclasses.is_dataclass(value):
        return [t for field in dataclasses.fields(value) for t in texts(getattr(value, field.name))]
    return []


def read_safely(content: bytes) -> None:
    """Parse, and put what comes out through all that is done with it."""
    try:
        mail = parse(content)
    except NotAMail:
        return
    assert unstorable(mail) == []
    assert automatic_reason(mail, own_addresses=["support@example.org"]) is not None
    assert ticket_ids_named(mail, prefix="FL", own_domain="example.org") is not None
    assert [t for t in (text_of(mail.html), sanitised(mail.html)) if "\x00" in t] == []


def unstorable(mail: ParsedMail) -> list[str]:
    return [t for t in texts(mail) if "\x00" in t or t.encode("utf-8", "replace").decode() != t]


@given(st.binary())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_mail_or_refused(content):
    read_safely(content)


@given(HEADERS, BODIES)
@example(b"Content-Type: text/plain; charset=utf-16-le", b"\x00\xd8")
@settings(max_examples=300, deadline=None)
def test_any_header_and_body_are_a_mail_or_refused(header, body):
    read_safely(b"From: ada@example.com\r\n" + header + b"\r\n\r\n" + body)


@given(
    st.sampled_from(["utf-16", "utf-32", "hz", "iso-2022-kr", "big5", "cp037", "johab"]),
    st.binary(),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_in_any_charset_are_read(charset, content):
    head = f"From: ada@example.com\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"

    read_safely(head.encode() + content)


@pytest.mark.parametrize("name", NAMES)
def test_every_mail_of_ours_survives_random_damage(name):
    chance = random.Random(name)  # the same damage in every run
    for _ in range(25):
        damaged = bytearray(raw(name))
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        read_safely(bytes(damaged))
        read_safely(bytes(damaged[: chance.randrange(len(damaged))]))
