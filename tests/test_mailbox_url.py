"""The address of a mailbox: what is taken, and what is refused without telling the password."""

import pytest

from config.mailbox import Mailbox, mailbox_at


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "imaps://kim:secret@mail.example.com:993/INBOX",
            Mailbox("imaps", "mail.example.com", 993, "kim", "secret", "INBOX"),
        ),
        (
            "imap+tls://kim%40example.com:a%3Ab%2F%25@mail.example.com",
            Mailbox("imap+tls", "mail.example.com", 143, "kim@example.com", "a:b/%", "INBOX"),
        ),
        (
            "imap://kim:secret@[::1]:1143/Support%2FNew",
            Mailbox("imap", "::1", 1143, "kim", "secret", "Support/New"),
        ),
    ],
)
def test_an_address_is_read(url, expected):
    assert mailbox_at(url) == expected


def test_no_address_is_no_mailbox():
    assert mailbox_at("") is None


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "https://kim:secret@mail.example.com/INBOX",
        "imaps://mail.example.com/INBOX",
        "imaps://kim@mail.example.com/INBOX",
        "imaps://:secret@mail.example.com/INBOX",
        "imaps://kim:secret@/INBOX",
        "imaps://kim:secret@mail.example.com:port/INBOX",
        "imaps://kim:secret@mail.example.com:0/INBOX",
        "imaps://kim:secret@mail.example.com:99999/INBOX",
        "imaps://kim:sec#ret@mail.example.com/INBOX",
        "imaps://kim:sec?ret@mail.example.com/INBOX",
        "imaps://kim:secret@[::1/INBOX",
        "imaps://kim:secret@mail.example.com/IN%0D%0ABOX",
        "imap+tls://kim:secret@mail.example.com:993/INBOX",
    ],
)
def test_what_is_no_such_address_is_refused_in_words(url):
    with pytest.raises(ValueError, match=r"^IMAP_URL is the address of a mailbox") as refusal:
        mailbox_at(url)

    assert "secret" not in str(refusal.value)


def test_nobody_reads_the_password_by_accident():
    assert "secret" not in repr(mailbox_at("imaps://kim:secret@mail.example.com/INBOX"))
