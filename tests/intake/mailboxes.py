"""Mailboxes on the tests' IMAP server: what lies in them, and how it is marked."""

import imaplib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from config.mailbox import Mailbox, mailbox_at
from tests.dovecot import PASSWORD, Server

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Box:
    """Somebody's mailbox."""

    server: Server
    user: str

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.server.port, timeout=20) as client:
            client.login(self.user, PASSWORD)
            yield client

    def put(self, *raws: bytes, at: datetime | None = None, flags: str = "") -> None:
        """Let mails arrive; ``at`` is when the server says that it received them."""
        when: Any = imaplib.Time2Internaldate(at) if at else None
        with self.client() as client:
            for raw in raws:
                assert client.append("INBOX", flags, when, raw)[0] == "OK"

    def marks(self, folder: str = "INBOX") -> list[str]:
        """Return the marks of each mail that lies in a folder, but for those of one session."""
        with self.client() as client:
            if client.select(folder)[1] == [b"0"]:
                return []
            _, said = client.fetch("1:*", "(FLAGS)")
        found = [re.search(rb"FLAGS \((.*?)\)", each) for each in said if each]
        marks = [sorted(each[1].decode().split()) for each in found if each]
        return [" ".join(name for name in names if name != r"\Recent") for names in marks]

    def create_anew(self) -> None:
        """Delete the mailbox and create it again, so that its numbers mean something else."""
        with self.client() as client:
            client.create("Old")
            client.delete("Old")
            client.select()
            client.store("1:*", "+FLAGS", r"\Deleted")
            client.expunge()


def new_box(server: Server, settings: Any) -> Box:
    """Return a mailbox that nobody has written to yet, and point the settings to it."""
    box = Box(server, f"user{next(_serial)}")
    settings.IMAP_MAILBOX = mailbox_at(server.url(box.user))
    settings.IMAP_DONE_FOLDER = ""
    settings.IMAP_TIMEOUT = 20
    return box


def at_port(mailbox: Mailbox | None, port: int) -> Mailbox:
    """Return the same mailbox behind another port."""
    assert mailbox is not None
    where = (mailbox.scheme, mailbox.host, port, mailbox.user, mailbox.password, mailbox.folder)
    return Mailbox(*where)


@contextmanager
def line_cut_at(port: int, *, needle: bytes) -> Iterator[int]:
    """Pass connections on to a server until what it or the client says holds the needle.

    What holds it is not passed on: the line is dead from there. Yield the port to connect to.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, port, needle), daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def _serve(listener: socket.socket, port: int, needle: bytes) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=_carry, args=(client, server, needle), daemon=True).start()


def _carry(client: socket.socket, server: socket.socket, needle: bytes) -> None:
    """Pass on both ways until either ends; then nothing is left open."""
    with client, server:
        back = threading.Thread(target=_pass_on, args=(server, client, needle), daemon=True)
        back.start()
        _pass_on(client, server, needle)
        back.join()


def _pass_on(near: socket.socket, far: socket.socket, needle: bytes) -> None:
    while True:
        try:
            piece = near.recv(65536)
            if not piece or needle in piece:
                break
            far.sendall(piece)
        except OSError:
            break
    for end in (near, far):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
