"""A mailbox that is polled, read from one address."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}
SHAPE = (
    "IMAP_URL is the address of a mailbox, such as imaps://user:password@host:993/INBOX;"
    " what a user name or password has of @ : / % ? # is written as %40 %3A %2F %25 %3F %23."
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail lies. ``scheme``: imaps (TLS), imap+tls (STARTTLS), imap (in the clear)."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str


def mailbox_at(url: str) -> Mailbox | None:
    """Return the mailbox at an address; None: there is none, nothing is polled.

    :raises ValueError: it is no such address. The message never holds the password.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(SHAPE) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    strange = (
        parts.query or parts.fragment or re.search(r"[\x00-\x1f\x7f]", user + password + folder)
    )
    if parts.scheme not in PORTS or not (parts.hostname and user and password) or strange:
        raise ValueError(SHAPE)
    if port == 0 or (parts.scheme, port) == ("imap+tls", PORTS["imaps"]):
        raise ValueError(SHAPE)
    where = (parts.scheme, parts.hostname, port or PORTS[parts.scheme])
    return Mailbox(*where, user=user, password=password, folder=folder)
