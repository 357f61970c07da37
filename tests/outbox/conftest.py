"""A topic of our own, a mail server that does as it is told, and the nudges on the queue."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message as Mail
from queue import Empty

import pytest
from aiosmtpd.controller import Controller
from celery import current_app
from django.db import connection

from apps.outbox import rendering
from tests.outbox.making import TOPIC, kettle_boiled


@pytest.fixture(autouse=True)
def renderers() -> Iterator[dict]:
    """The registry, as it was again after the test."""
    before = dict(rendering._renderers)
    rendering.renders(TOPIC)(kettle_boiled)
    yield rendering._renderers
    rendering._renderers.clear()
    rendering._renderers.update(before)


@pytest.fixture
def requires_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("set TEST_DATABASE_URL to a PostgreSQL server to run this")


@pytest.fixture
def nudges() -> Iterator[Callable[[], list[str]]]:
    """Take the names of the tasks that wait on the broker's queue (in memory, in tests)."""
    with current_app.connection_for_write() as broker, broker.SimpleQueue("celery") as queue:

        def take() -> list[str]:
            names = []
            while True:
                try:
                    names.append(queue.get_nowait().headers["task"])
                except Empty:
                    return names

        take()
        yield take
        take()


@pytest.fixture
def celery_queue() -> Callable[[str], list[str]]:
    """Take the names of the tasks that wait on a queue of that name."""

    def take(name: str) -> list[str]:
        names = []
        with current_app.connection_for_write() as broker, broker.SimpleQueue(name) as queue:
            while True:
                try:
                    names.append(queue.get_nowait().headers["task"])
                except Empty:
                    return names

    return take


class Sink:
    """A mail server's replies, by recipient, and the mails it took."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.rcpt_replies: dict[str, list[str]] = {}
        self.data_replies: list[str] = []
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        replies = self.rcpt_replies.get(address)
        if replies:
            reply = replies.pop(0)
            if reply == "hang up":
                server.transport.abort()
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data_replies:
            return self.data_replies.pop(0)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A real SMTP server on this machine, to which Django sends its mails."""
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=closed_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def no_mail_server(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
