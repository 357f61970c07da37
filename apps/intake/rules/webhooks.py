"""Signed webhooks: whether what came was sent by who holds the secret, and just now.

The scheme is Standard Webhooks: HMAC-SHA256 over “id.timestamp.body”, as base64 after “v1,”; a
header may carry several, separated by blanks, so that secrets can be changed without a gap.

Clause: S-2 (voice messages come in by one).
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 200
LONGEST_TIMESTAMP = 11  # digits: some three thousand years
MOST_SIGNATURES = 20


class BadSignature(Exception):
    """What came is not signed, not by us, or not just now. The message says which."""


def signature_of(*, message_id: str, timestamp: str, body: bytes, secret: bytes) -> str:
    """Return the signature of a message, as its header carries it.

    Clause: S-2.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(secret, signed, sha256).digest()).decode()


def verify(
    *,
    message_id: str,
    timestamp: str,
    signatures: str,
    body: bytes,
    secrets: Sequence[bytes],
    at: datetime,
) -> None:
    """Accept a message that one of the secrets signed within five minutes of an instant.

    ``timestamp`` is in whole seconds since 1970, as it was sent.

    Clause: S-2.

    :raises BadSignature: it is not such a message.
    """
    if not message_id or len(message_id) > LONGEST_ID or not message_id.isprintable():
        raise BadSignature("webhook-id is missing, or too long.")
    # ASCII only, for other digits count as such too.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP):
        raise BadSignature("webhook-timestamp is missing, or not whole seconds.")
    sent_at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(timestamp))
    if abs(at - sent_at) > TOLERANCE:
        raise BadSignature("webhook-timestamp is not of now: look at the sender's clock.")
    given = [each for each in signatures.split(" ") if each.startswith("v1,")][:MOST_SIGNATURES]
    wanted = [
        signature_of(message_id=message_id, timestamp=timestamp, body=body, secret=secret)
        for secret in secrets
    ]
    # Every pair is compared, so that the time says nothing.
    matches = [
        hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted
    ]
    if not any(matches):
        raise BadSignature("webhook-signature does not fit.")
