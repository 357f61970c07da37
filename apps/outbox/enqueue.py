"""Writing a message: the row is the promise, the task only a nudge."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers

from apps.outbox.bulk import insert_once
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

logger = logging.getLogger(__name__)
Channel = Message.Channel

# By name, because tasks import services and other apps' services import this module: importing
# the task here would close the circle.
TASK = "apps.outbox.tasks.deliver_pending"
PAGES, PUSHES = "apps.outbox.tasks.deliver_pages", "apps.outbox.tasks.deliver_pushes"
HOOKS = "apps.outbox.tasks.deliver_hooks"
# The beat comes every half a minute anyway. Older nudges are dropped unread, so that those which
# pile up while the mail server hangs do not keep the workers busy afterwards.
NUDGE_LASTS = 30  # seconds
# Somebody's request may be waiting for the broker.
PATIENCE = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}  # seconds


class InvalidRecipient(ValueError):
    """The recipient is not one plain mail address."""

    def __init__(self, recipient: str) -> None:
        super().__init__(f"{recipient!r} is not one plain mail address.")
        self.recipient = recipient


class KeyReused(ValueError):
    """The key already names a message on another topic or to another person."""

    def __init__(self, message: Message, *, topic: str, recipient: str) -> None:
        super().__init__(
            f"The key “{message.key}” names {message} already, so it cannot name"
            f" {topic} to {recipient}."
        )
        self.message = message


def enqueue(
    *,
    topic: str,
    key: str,
    recipient: str,
    payload: dict,
    at: datetime,
    message_id: str = "",
    channel: str = Channel.MAIL,
) -> Message:
    """Write a message in the caller's transaction, to be sent once it commits.

    The same key again returns the message that is there, whatever became of it:
    a fact is told once to each person, so the key names both. If the broker is
    down the message stays pending, and the next sweep sends it. ``message_id``
    is the mail's Message-ID in brackets; left empty, it gets a fresh one. The
    ``channel`` says how it goes, and with what else it stands in line; of a push
    the recipient is only words, for the renderer knows the secret address.

    :raises InvalidRecipient: the recipient of a mail is not one plain mail address.
    :raises KeyReused: the key names a message on another topic or to another person.
    """
    wanted = prepared(
        topic=topic,
        key=key,
        recipient=recipient,
        payload=payload,
        at=at,
        message_id=message_id,
        channel=channel,
    )
    message = wanted if insert_once(wanted) else Message.objects.get(key=key)
    if (message.topic, message.recipient) != (topic, recipient):
        raise KeyReused(message, topic=topic, recipient=recipient)
    nudge(channel)
    return message


def prepared(
    *,
    topic: str,
    key: str,
    recipient: str,
    payload: dict,
    at: datetime,
    message_id: str = "",
    channel: str = Channel.MAIL,
) -> Message:
    """Return a message under a key that is new, which the caller inserts with a ``nudge``.

    :raises InvalidRecipient: the recipient of a mail is not one plain mail address.
    """
    if channel not in (Channel.PUSH, Channel.HOOK) and not is_plain_address(recipient):
        raise InvalidRecipient(recipient)
    return Message(
        topic=topic,
        key=key,
        recipient=recipient,
        payload=payload,
        channel=channel,
        created_at=at,
        due_at=at,
        **({"message_id": message_id} if message_id else {}),
    )


def nudge(channel: str = Channel.MAIL) -> None:
    """Ask a worker, once this transaction commits, to deliver what is pending on a channel.

    One nudge a transaction and channel is sent, however often it is asked for. For those
    who insert messages in bulk by themselves.
    """
    send = _NUDGES[channel]
    # Django forgets hooks with the transaction or the savepoint they were set in. A hook that
    # is still there depends on no savepoint that we do not depend on too, so it does for us.
    hooks = transaction.get_connection().run_on_commit
    if not any(hook is send for _, hook, _ in hooks):
        transaction.on_commit(send, robust=True)


# Functions and not partials: Django 5.2 logs a failed robust hook by its __qualname__.
def send_nudge() -> None:
    """Put the delivery of mails on the broker's queue."""
    send_task(TASK)


def send_nudge_for_pages() -> None:
    """Put the delivery of mails that page somebody on the broker's queue."""
    send_task(PAGES)


def send_nudge_for_pushes() -> None:
    """Put the delivery of pushes on the broker's queue."""
    send_task(PUSHES)


def send_nudge_for_hooks() -> None:
    """Put the delivery of webhooks on the broker's queue."""
    send_task(HOOKS)


_NUDGES: dict[str, Callable[[], None]] = {
    Channel.MAIL: send_nudge,
    Channel.PAGE: send_nudge_for_pages,
    Channel.PUSH: send_nudge_for_pushes,
    Channel.HOOK: send_nudge_for_hooks,
}


def send_task(task: str) -> None:
    """Send a task, without waiting for a broker that is down: whoever calls it has a sweep too."""
    pool = producers[_broker(current_app.conf.broker_write_url)]
    try:
        with pool.acquire(block=True, timeout=1) as producer:
            current_app.send_task(task, producer=producer, expires=NUDGE_LASTS, retry=False)
    except (OperationalError, OSError) as trouble:
        # Expected now and then, and nothing is lost: a line, not the whole way down to the socket.
        logger.warning("The broker was not told, so the next sweep delivers: %s", trouble)


@cache
def _broker(_url: str | None) -> Connection:
    """Return what names a pool of its own: the connections that Celery shares wait for long."""
    return current_app.connection_for_write(transport_options=PATIENCE)
