"""Addresses by which somebody without a password says that they have it in hand.

A link names one row of one kind and is signed: it cannot be made up, nor turned into another. What
opens it only shows; a person presses a button there, for the scanners of mail programs open links.
"""

from django.core import signing

SALT = "escalation.link"


class NoSuchLink(Exception):
    """The address is not one of ours. The message says what to do."""

    def __init__(self) -> None:
        super().__init__("This link does not work: it is not complete. Copy all of it.")


def token_of(kind: str, pk: int, person: str = "") -> str:
    """Return the signed name of a row, as it was sent to a person: an address, or nobody's."""
    return signing.dumps([kind, pk, person], salt=SALT)


def read_token(token: str, *, kind: str) -> tuple[int, str]:
    """Return the row's key and the person.

    :raises NoSuchLink: it was not signed here, or names a row of another kind.
    """
    try:
        found, pk, person = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise NoSuchLink from None
    if found != kind:
        raise NoSuchLink
    return int(pk), str(person)
