"""The registry of renderers, and what a mail refuses to be."""

import pytest

from apps.outbox.rendering import (
    Attachment,
    Email,
    InvalidEmail,
    TopicTaken,
    render,
    renders,
    topics,
)
from tests.outbox.making import TOPIC, kettle_boiled


def test_a_topic_reads_as_its_owner_says():
    email = render(topic=TOPIC, payload={"minutes": 3})

    assert (email.subject, email.text) == ("The kettle boiled", "It took 3 minutes.")


def test_a_second_owner_of_a_topic_is_refused():
    with pytest.raises(TopicTaken, match=r"kettle\.boiled"):
        renders(TOPIC)(lambda payload: Email(subject="", text=""))


def test_the_same_owner_may_register_again():
    assert renders(TOPIC)(kettle_boiled) is kettle_boiled
    assert TOPIC in topics()


@pytest.mark.parametrize(
    "header",
    [
        {"subject": "Tea\nBcc: eve@example.com"},
        {"reply_to": ("a@example.com", "b@example.com\rX: y")},
        {"in_reply_to": "<a@example.com>\n"},
        {"references": ("<a@example.com>\nX: y",)},
        {"language": "en\nX: y"},
        {"from_address": "a@example.com\nX: y"},
        {"attachments": (Attachment("a\nb.txt", b"", "text/plain"),)},
    ],
    ids=lambda header: next(iter(header)),
)
def test_a_header_of_more_than_one_line_is_refused_by_name(header):
    with pytest.raises(InvalidEmail, match=f"^{next(iter(header))} must be one line"):
        Email(**{"subject": "Tea", "text": "two\nlines are fine here"} | header)
