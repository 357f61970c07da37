"""Signed webhooks: who holds a secret is believed, for five minutes."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from apps.intake.rules.webhooks import BadSignature, signature_of, verify

# The example of the Standard Webhooks specification.
SECRET = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(1614265330, UTC)
OTHER = b"another secret of 24 bytes"

pytestmark = pytest.mark.clause("S-2")


def check(**changes):
    facts = {
        "message_id": ID,
        "timestamp": TIMESTAMP,
        "signatures": SIGNATURE,
        "body": BODY,
        "secrets": [SECRET],
        "at": NOW,
    }
    verify(**{**facts, **changes})


def refusal(**changes):
    with pytest.raises(BadSignature) as refused:
        check(**changes)
    return str(refused.value)


def test_the_example_of_the_specification_is_signed_like_this():
    assert signature_of(message_id=ID, timestamp=TIMESTAMP, body=BODY, secret=SECRET) == SIGNATURE
    check()


@pytest.mark.parametrize("off", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_five_minutes_are_in_time_and_a_second_more_is_not(off):
    check(at=NOW + off)
    second = timedelta(seconds=1 if off > timedelta() else -1)

    assert refusal(at=NOW + off + second) == (
        "webhook-timestamp is not of now: look at the sender's clock."
    )


def test_while_secrets_change_either_is_believed_and_a_header_may_carry_several():
    check(secrets=[OTHER, SECRET])
    check(signatures=f"v1,bm9uc2Vuc2U= {SIGNATURE}")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"message_id": "msg_other"},
        {"timestamp": "1614265331"},
        {"secrets": [OTHER]},
        {"secrets": []},
        {"signatures": ""},
        {"signatures": SIGNATURE.replace("v1,", "v2,")},
        {"signatures": "v1,"},
        {"signatures": "v1,\xff"},
    ],
)
def test_whatever_is_changed_does_not_fit(changes):
    assert refusal(**changes) == "webhook-signature does not fit."


@pytest.mark.parametrize("timestamp", ["", "x", "1.5", "-1", "9" * 40, "١٢"])
def test_a_timestamp_is_whole_seconds(timestamp):
    assert refusal(timestamp=timestamp) == "webhook-timestamp is missing, or not whole seconds."


@pytest.mark.parametrize("message_id", ["", "x" * 201, "a\nb"])
def test_an_id_is_there_and_short(message_id):
    assert refusal(message_id=message_id) == "webhook-id is missing, or too long."
