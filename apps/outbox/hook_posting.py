"""Sending one webhook: to an address that was looked up and checked, and to no other.

A name is looked up once an attempt, every address that it stands for is checked, and the connection
is made to the checked address itself, so that a name which is made to stand for something else in
the meantime leads nowhere. The certificate is still that of the name. Redirects are not followed.
"""

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http.client import HTTPException
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import SplitResult

import certifi
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from apps.outbox.hooks import Hook, Posted
from apps.outbox.rules.hook_addresses import (
    AddressRefused,
    Network,
    checked_url,
    is_reachable,
    port_of,
)
from apps.outbox.rules.hook_signing import signatures
from apps.outbox.rules.hook_waits import asked_wait

MOST_SECONDS = 15.0  # of an attempt, from the connection to the end of the answer
KEPT = 1024  # bytes of an answer
MOST_TRIED = 3  # addresses of a name
AGENT = "Faultline-Webhooks/1"
Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses that a name stands for now, in the order to be tried.

    :raises OSError: it stands for none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Ways:
    """Where webhooks may go besides public addresses, and how names are looked up.

    ``plain_http``: without TLS too. ``trusted`` is a file of certificates besides the usual ones.
    """

    allowed: tuple[Network, ...] = ()
    plain_http: bool = False
    resolve: Resolve = resolve
    most_seconds: float = MOST_SECONDS
    trusted: str = ""


def post(hook: Hook, *, message_id: str, at: datetime, ways: Ways) -> Posted:
    """Send a webhook, signed for ``at``, and return what came of it."""
    began, wait = monotonic(), timedelta()
    try:
        status, note, wait = _post(hook, message_id=message_id, at=at, ways=ways)
    except AddressRefused as refused:
        status, note = None, str(refused)
    except Exception as error:  # whatever it answers, one endpoint must not stop the others
        is_late = monotonic() - began >= ways.most_seconds
        status, note = None, _late(ways) if is_late else _why(error)
    took = round((monotonic() - began) * 1000)
    return Posted(status, took, note, url=hook.url, wait=wait)


def _post(hook: Hook, *, message_id: str, at: datetime, ways: Ways) -> tuple[int, str, timedelta]:
    parts = checked_url(hook.url, plain_http=ways.plain_http)
    connection = _connection(parts, _addresses(parts, ways), ways)
    timestamp = int(at.timestamp())
    signed = signatures(
        message_id=message_id, timestamp=timestamp, body=hook.body, secrets=hook.secrets
    )
    # Each step has its timeout; this is for an answer that comes drop by drop.
    ends = Timer(ways.most_seconds, connection.cut_off)
    ends.daemon = True
    ends.start()
    try:
        connection.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=hook.body,
            headers={
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                "Connection": "close",
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signed,
            },
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        note = _beginning(response)
        if connection.is_cut:  # a head that breaks off is read as one
            raise TimeoutError
        wait = asked_wait(response.headers.get("Retry-After", ""), at=at)
        return response.status, note, wait
    finally:
        ends.cancel()
        connection.close()


def _addresses(parts: SplitResult, ways: Ways) -> Sequence[str]:
    """Return the addresses of a name, all of which may be reached.

    :raises AddressRefused: it has none, or one of them is not public.
    """
    host = str(parts.hostname)
    try:
        found = ways.resolve(host, port_of(parts))
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise AddressRefused(f"{host} stands for no address.")
    if not all(is_reachable(each, allowed=ways.allowed) for each in found):
        # Not which one: that would tell how our own network looks.
        raise AddressRefused(f"{host} does not lead to a public address: nothing is sent there.")
    return found[:MOST_TRIED]


class _Pinned:
    """A connection to given addresses, whatever its name stands for."""

    timeout: Any

    def __init__(self, *args: Any, addresses: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses = addresses
        self._wire: socket.socket | None = None
        self.is_cut = False

    def _new_conn(self) -> socket.socket:
        trouble: OSError = OSError("There is no address.")
        left = iter(self._addresses)
        while not self.is_cut and (address := next(left, None)) is not None:
            try:
                made = socket.create_connection(
                    (address, self.port),  # type: ignore[attr-defined]
                    # One that nobody answers at leaves time for the next.
                    self.timeout / MOST_TRIED,
                )
            except OSError as error:
                trouble = error
                continue
            made.settimeout(self.timeout)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # TLS takes the socket over: this one still ends the connection from another thread.
            self._wire = made.dup()
            if self.is_cut:  # while it was made, when there was nothing to end yet
                made.close()
                raise TimeoutError
            return made
        raise trouble

    def cut_off(self) -> None:
        """End the connection, whoever waits for it."""
        self.is_cut = True
        if self._wire is not None:
            _end(self._wire)

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        if self._wire is not None:
            self._wire.close()


class _Plain(_Pinned, HTTPConnection):
    """Without TLS."""


class _Secured(_Pinned, HTTPSConnection):
    """With TLS: SNI and certificate are the name's."""


def _connection(parts: SplitResult, addresses: Sequence[str], ways: Ways) -> _Plain | _Secured:
    host, port = str(parts.hostname), port_of(parts)
    if parts.scheme == "http":
        return _Plain(host, port, timeout=ways.most_seconds, addresses=addresses)
    context = _trust(ways.trusted)
    return _Secured(host, port, timeout=ways.most_seconds, ssl_context=context, addresses=addresses)


@cache
def _trust(more: str) -> ssl.SSLContext:
    """Return whom we believe: the system's authorities, and those of a browser."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if more:
        context.load_verify_locations(more)
    return context


def _end(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already


def _beginning(response: BaseHTTPResponse) -> str:
    """Return how an answer begins, as it can be shown; an answer that breaks off is one as well."""
    try:
        text = response.read(KEPT).decode(errors="replace")
    except (HTTPError, HTTPException, OSError, ValueError):
        return ""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text).strip()


def _late(ways: Ways) -> str:
    return f"There was no answer within {ways.most_seconds:g} seconds."


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(
        error.__cause__, ssl.SSLCertVerificationError
    ):
        return "Its certificate is not valid for this name, or nobody known has signed it."
    if isinstance(error, ConnectionRefusedError):
        return "The connection was refused."
    if isinstance(error, TimeoutError):
        return "The connection was not made in time."
    return f"The connection failed ({type(error).__name__})."
