"""Secrets that we must be able to read again: in the database they lie sealed.

The key comes from SECRET_KEY. What an earlier one sealed is read with SECRET_KEY_FALLBACKS, and
sealed anew with the present one by a sweep, after which the earlier one may go.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

BYTES = 32  # of a key
PURPOSE = b"faultline: secrets at rest"  # what is signed by SECRET_KEY has other keys


class Unreadable(Exception):
    """No key of this installation has sealed it. The message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Its secret cannot be read: no key fits. Put the SECRET_KEY of before into"
            " SECRET_KEY_FALLBACKS, or give it a new secret."
        )


def seal(secret: str) -> str:
    """Return a secret as it is kept."""
    return _present().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed, by the present key or an earlier one.

    :raises Unreadable: by none of them.
    """
    keys = MultiFernet([_present(), *(_fernet(each) for each in settings.SECRET_KEY_FALLBACKS)])
    try:
        return keys.decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def sealed_anew(sealed: str) -> str:
    """Return the same under the present key; what that key has sealed stays as it is.

    :raises Unreadable: no key fits.
    """
    try:
        _present().decrypt(sealed.encode())
    except InvalidToken:
        return seal(unseal(sealed))
    return sealed


def can_read(sealed: str) -> bool:
    """Tell whether one of the keys fits."""
    try:
        unseal(sealed)
    except Unreadable:
        return False
    return True


def _present() -> Fernet:
    return _fernet(settings.SECRET_KEY)


@cache
def _fernet(of: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=BYTES, salt=None, info=PURPOSE).derive(of.encode())
    return Fernet(urlsafe_b64encode(key))
