"""Charsets: those claimed, those meant, and those made up."""

import pytest

from apps.intake.rules.charsets import base64_bytes, codec_named, decode, decode_words
from tests.intake.mails import read, reads_as

pytestmark = pytest.mark.clause("V-8.1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("iso_8859_1", "Grüße €"),
        ("windows_1252", "„Gespräch“ – 5 €"),
        ("koi8_r", "Нет звонков"),
        ("gb2312", "无法通话 朱镕基"),
        ("shift_jis", "電話①"),
    ],
)
def test_a_legacy_charset_is_read_as_its_senders_mean_it(name, text):
    assert read(name) == reads_as(name, text=text)


def test_japanese_mail_switches_its_charset_in_subject_and_text():
    assert read("iso_2022_jp") == reads_as("iso_2022_jp", subject="電話", text="電話ができません")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("unknown_charset", "Grüße", "“x-martian”, which is not known"),
        ("lying_charset", "Grüße – 5 €", "“iso-8859-1”, but is not"),
        ("broken_utf_8", "Нет звон\ufffd \ufffd", "“utf-8”, but is not"),
    ],
)
def test_a_charset_that_does_not_hold_is_noted(name, text, why):
    defect = f"A text says it is {why}; letters may be wrong."

    assert read(name) == reads_as(name, text=text, defects=(defect,))


def test_utf_7_is_not_honoured_because_it_hides_markup():
    defect = "A text says it is “utf-7”, which is not known; letters may be wrong."

    assert read("utf_7") == reads_as("utf_7", html="+ADw-script+AD4-alert(1)", defects=(defect,))


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (b"\xe9t\xe9", "utf-8", "été"),  # mostly broken: it never was UTF-8
        (b"\xe9t\xe9 \x81", "", "été \ufffd"),
        (b"\x1b$B\xff", "iso-2022-jp", "\ufffd"),
        ("é".encode(), "iso-2022-jp", "é"),
    ],
)
def test_bytes_that_fit_no_claim_are_read_as_far_as_possible(content, charset, text):
    assert decode(content, charset) == (text, False)


@pytest.mark.parametrize("charset", ["utf-7", "rot13", "zlib", "idna", "punycode", "undefined", ""])
def test_what_is_no_charset_of_mail_is_refused(charset):
    assert codec_named(charset) == ""


def test_encoded_words_are_joined_before_they_are_read():
    assert read("encoded_words") == reads_as(
        "encoded_words",
        sender_name="Ádá",
        subject="Anruf überпривет and üReally? =?utf-8?Z?kept?=",
        text="Hi",
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8*en?Q?a_b?=", "a b"),
        ("=?utf-8?Q?half", "=?utf-8?Q?half"),
        ("=?utf-8?B?w7w?=", "ü"),
        ("=?utf-8?B?w7wX=X?=", "ü"),
        ("x =?utf-8?Q?=ED=A0=80?= y", "x í\xa0€ y".replace("\xa0", " ")),
    ],
)
def test_encoded_words_with_faults_are_read_as_far_as_they_go(raw, text):
    assert decode_words(raw) == text


def test_base64_with_a_lone_last_letter_keeps_what_is_whole():
    assert base64_bytes(b"QUJDR") == (b"ABC", False)


def test_8_bit_headers_are_read_as_utf_8_or_western():
    assert read("raw_8bit_headers") == reads_as(
        "raw_8bit_headers",
        sender="joerg@example.com",
        sender_name="Jörg",
        subject="Störung – dringend",
        text="Hi",
    )


def test_line_breaks_inside_encoded_words_do_not_survive():
    assert read("header_injection") == reads_as(
        "header_injection",
        sender_name="Ada Bcc: all@example.com",
        subject="Calls X-Evil: yes[31mexe",
        text="Hi",
    )
