"""Who a mail is from, whatever it pretends."""

from datetime import UTC, datetime

import pytest

from apps.intake.rules.addresses import Mailbox, mailboxes
from apps.intake.rules.fields import message_ids, sent_at
from apps.intake.rules.mail import NotAMail, parse
from tests.intake.mails import read, reads_as

pytestmark = pytest.mark.clause("V-8.1")


def sender(value: str) -> tuple[str, str]:
    mail = parse(f"From: {value}\r\n\r\n".encode())
    return mail.sender, mail.sender_name


def refusal(raw: bytes) -> str:
    with pytest.raises(NotAMail) as refused:
        parse(raw)
    return str(refused.value)


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ('"support@a.example.com" <evil@example.net>', "evil@example.net", "support@a.example.com"),
        ("support@example.com <evil@example.net>", "evil@example.net", "support@example.com"),
        ("evil@example.net (support@example.com)", "evil@example.net", "support@example.com"),
        ("evil@example.net (a (support@example.com) b)", "evil@example.net", None),
        (r"evil@example.net (\) <support@example.com>)", "evil@example.net", None),
        ('"<support@example.com>," <evil@example.net>', "evil@example.net", None),
        ("=?utf-8?Q?support=40example.com=3E=2C?= <evil@example.net>", "evil@example.net", None),
        ("=?utf-8?Q?<support@example.com>,?= <evil@example.net>", "evil@example.net", None),
        ("<@example.com,@example.org:evil@example.net>", "evil@example.net", ""),
        ("support@example.com: <evil@example.net>", "evil@example.net", ""),
    ],
)
def test_an_address_in_a_name_a_comment_or_a_route_never_wins(value, address, name):
    found = sender(value)

    assert found == (address, found[1] if name is None else name)


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("ADA@Example.COM", "ada@example.com", ""),
        ("  < ada@example.com > ", "ada@example.com", ""),
        ("Doe, Ada <ada@example.com>", "ada@example.com", "Doe, Ada"),
        (r'"Ada \"The\" Doe" <ada@example.com>', "ada@example.com", 'Ada "The" Doe'),
        ('"ada doe"@example.com', '"ada doe"@example.com', ""),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]", ""),
        ("ada@example.com.", "ada@example.com", ""),
        ("<<ada@example.com>>", "ada@example.com", ""),
        ("Ada <ada@example.com", "ada@example.com", "Ada"),
        ("ada@bücher.example.com", "ada@bücher.example.com", ""),
        ("Team: ada@example.com;", "ada@example.com", ""),
        ("O'Brien = Ada <ada@example.com>", "ada@example.com", "O'Brien = Ada"),
        ("Postmaster", "postmaster", ""),
    ],
)
def test_a_sender_is_read_in_the_spellings_that_people_send(value, address, name):
    assert sender(value) == (address, name)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "holds no readable address"),
        ("Ada", "holds no readable address"),
        ("<>", "holds no readable address"),
        ("ada@support@example.com", "holds no readable address"),
        ("<ada evil@example.com>", "holds no readable address"),
        ("<ada@example.com> <evil@example.net>", "holds no readable address"),
        ("Ada ada@example.com", "holds no readable address"),
        ('"ada@example.com" evil@example.net', "holds no readable address"),
        ("ada@example..com", "holds no readable address"),
        ("ada@.example.com", "holds no readable address"),
        ("ada@example.com, evil@example.net", "names 2 senders; a request has one"),
    ],
)
def test_a_sender_that_could_be_someone_else_is_refused(value, reason):
    assert refusal(f"From: {value}\r\n\r\n".encode()) == f"The From line {reason}."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The input is empty."),
        (b"\r\n\r\n", "The input is empty."),
        (b"From ada@example.com Mon Mar  4 10:00:00 2024", "The input is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00: x", "No header was found."),
        ("From: ada@example.com\n\nHi".encode("utf-16"), "No header was found."),
        (b"Subject: No calls\n\nHi", "There is no From line."),
        (
            b"From: ada@example.com\nfrom : evil@example.net\n\nHi",
            "There are 2 From lines; a mail has one.",
        ),
        (
            b"From: ada@example.com\n" + b"X: y\n" * 2_000 + b"\n",
            "The header has more than 2000 fields.",
        ),
    ],
)
def test_what_is_not_a_mail_from_one_sender_is_refused_with_the_reason(raw, reason):
    assert refusal(raw) == reason


def test_recipients_are_those_written_and_those_delivered_to_each_once():
    raw = (
        b"From: ada@example.com\nTo: undisclosed-recipients:;\nTo: Sales Team, A <a@example.org>\n"
        b"Cc: nonsense@, A@example.org\nDelivered-To: support@example.org\n"
        b"X-Original-To: help@example.org\n\n"
    )

    assert parse(raw).to == ("a@example.org", "support@example.org", "help@example.org")


def test_a_list_that_ends_with_a_name_alone_says_so():
    assert mailboxes("a@example.com, Doe") == (Mailbox("a@example.com", ""), Mailbox("", "Doe"))


def test_a_date_without_a_zone_is_taken_as_utc():
    assert read("date_without_zone") == reads_as(
        "date_without_zone",
        sender_name="",
        to=(),
        subject="",
        sent_at=datetime(2024, 3, 4, 10, tzinfo=UTC),
        text="Hi",
    )


def test_an_absurd_date_is_none():
    assert read("absurd_date") == reads_as(
        "absurd_date",
        sender_name="",
        to=(),
        subject="",
        sent_at=None,
        defects=("There is no usable Date.",),
    )


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("Mon, 4 Mar 2024 10:00:00 -0500 (EST)", datetime(2024, 3, 4, 15, tzinfo=UTC)),
        ("4 Mar 24 10:00 GMT", datetime(2024, 3, 4, 10, tzinfo=UTC)),
        ("Sun, 31 Dec 1989 23:59:59 +0000", None),
        ("Mon, 1 Jan 1990 00:00:00 +0000", datetime(1990, 1, 1, tzinfo=UTC)),
        ("Mon, 4 Mar 2024 10:00:00 +1500", datetime(2024, 3, 3, 19, tzinfo=UTC)),
        ("Mon, 4 Mar 2024 10:00:00 +1501", None),
        ("Thu, 30 Feb 2024 10:00:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_an_instant_or_none(value, instant):
    assert sent_at(value) == instant


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("Your mail of Monday <a@b> (Ada) < c@d > <a@b>", ("a@b", "c@d")),
        ("bare@id", ("bare@id",)),
        ("no id at all", ()),
        (f"<{'x' * 250}> <{'x' * 251}>", ("x" * 250,)),
    ],
)
def test_ids_are_read_without_brackets_each_once(value, ids):
    assert message_ids(value) == ids


def test_of_very_many_ids_the_first_ten_and_the_last_ninety_are_kept():
    value = " ".join(f"<{number}@b>" for number in range(5_000))
    kept = [*range(10), *range(4_910, 5_000)]

    assert message_ids(value) == tuple(f"{number}@b" for number in kept)


def test_of_several_subjects_the_first_counts_and_the_others_are_noted():
    mail = parse(
        b"From: a@example.com\nSubject: one\nSubject: two\nMessage-ID: <a@b>\n"
        b"Date: 4 Mar 2024 10:00:00 +0000\n\n"
    )

    assert (mail.subject, mail.defects) == (
        "one",
        ("There are several Subject lines; the first counts.",),
    )


@pytest.mark.parametrize(
    ("length", "kept"), [(250, "x" * 250), (251, "x" * 249 + "…"), (90_000, "x" * 249 + "…")]
)
def test_a_subject_is_cut_at_250_characters(length, kept):
    assert parse(b"From: a@example.com\nSubject: " + b"x" * length + b"\n\n").subject == kept
