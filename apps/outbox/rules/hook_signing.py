"""Signatures of webhooks, as Standard Webhooks has them.

HMAC-SHA256 over “id.timestamp.body”, as base64 after “v1,”; one for each secret that counts, with
a blank between, so that secrets are changed without a gap.

Clause: S-12 (other systems obey what they are told, so they must know who tells them).
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

PREFIX = "whsec_"
BYTES = 32  # of a secret


def secret_in_words(secret: bytes) -> str:
    """Return a secret as its owner is shown it, and as libraries take it.

    Clause: S-12.
    """
    return PREFIX + b64encode(secret).decode()


def signatures(*, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """Return the header that signs a body; ``timestamp`` is in whole seconds since 1970.

    Clause: S-12.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + b64encode(hmac.new(_key(secret), signed, sha256).digest()).decode()
        for secret in secrets
    )


def _key(secret: str) -> bytes:
    return b64decode(secret.removeprefix(PREFIX))
