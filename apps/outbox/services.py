"""Delivery: claim a message, send it outside any transaction, write down what came of it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from apps.outbox.enqueue import nudge
from apps.outbox.models import Message
from apps.outbox.rendering import (
    Email,
    InvalidEmail,
    NoRenderer,
    RendererFailed,
    Withdrawn,
    render,
)
from apps.outbox.rules.backoff import wait_after
from apps.outbox.rules.hook_waits import WAITS, hook_wait
from apps.outbox.together import as_one, beside, forward, held_until
from apps.outbox.transport import Failed, Refused, Transport, Unreachable, compose

logger = logging.getLogger(__name__)

# With the back-off this is some twenty hours, after which somebody should look.
MOST_ATTEMPTS = 12
BATCH = 100  # read at a time; claimed one at a time
# Longer than one mail can take when the server uses up the timeout at each step.
LEASE = timedelta(minutes=5)
# A run ends by itself before Celery's time limit would end it in the middle of a mail.
RUN_LASTS = timedelta(minutes=4)
WAIT_FOR_SERVER = timedelta(minutes=1)
HELD = "It waits for the hours in which they want notices."
# Somebody waits for a page: a worker that died holds it up for no longer than a send may take,
# and what failed is tried again within minutes.
PAGE_LEASE = timedelta(seconds=90)
PAGE_RETRY = timedelta(minutes=5)
Channel = Message.Channel


class NotDead(Exception):
    """Only a dead letter can be sent again."""

    def __init__(self, message: Message) -> None:
        state = message.get_state_display().lower()
        super().__init__(f"Only a dead letter can be sent again; “{message}” is {state}.")
        self.message = message


def deliver_pending(
    *,
    at: datetime,
    clock: Callable[[], datetime] | None = None,
    channel: str = Channel.MAIL,
) -> int:
    """Send the mails that were due by ``at``, and return how many the server took.

    ``channel`` is theirs or that of pages by mail, which have a run of their own: mails that wait
    hold up no page. ``clock`` tells the run how long it takes; without it all happens at ``at``.
    A message that fails is due again later than ``at``, so it is met once a run
    and the run ends. A server in trouble ends it at once, and the rest keeps its
    place. One that cannot be reached at all costs no message an attempt.

    Any number of runs may go on at a time. Each message is claimed right before
    it is sent, so a worker that is killed holds up that one, for ``LEASE``.
    """
    now = clock or (lambda: at)
    sent = 0
    with Transport() as transport:
        for message in _claimed(channel, due=at, now=now):
            sent += _attempt(message, transport, now)
            if not transport.usable or now() - at >= RUN_LASTS:
                break
    return sent


def claim(*, message: Message, at: datetime) -> bool:
    """Take a message for its lease from ``at``; False when another was quicker.

    The attempt counts from here on, so that a mail which kills its worker comes
    to an end as well.
    """
    # Durable: the claim must be committed before the mail goes out.
    with transaction.atomic(durable=True):
        return _move(
            message,
            state=Message.State.SENDING,
            due_at=at + (LEASE if message.channel == Channel.MAIL else PAGE_LEASE),
            attempts=message.attempts + 1,
        )


@transaction.atomic
def resend(*, message: Message, at: datetime, by: AbstractBaseUser) -> None:
    """Put a dead letter back, with all its attempts before it.

    :raises NotDead: the message is not a dead letter, or no longer one.
    """
    revived = (
        Message.objects.dead()
        .filter(pk=message.pk)
        .update(state=Message.State.PENDING, due_at=at, attempts=0, resent_by=by.get_username())
    )
    message.refresh_from_db()
    if not revived:
        raise NotDead(message)
    nudge(message.channel)


def _claimed(channel: str, *, due: datetime, now: Callable[[], datetime]) -> Iterator[Message]:
    """Claim the messages that were due by ``due`` one by one, the longest waiting first."""
    while batch := list(Message.objects.due(at=due).via(channel).order_by("due_at", "pk")[:BATCH]):
        for message in batch:
            if claim(message=message, at=now()):
                yield message


def _attempt(message: Message, transport: Transport, now: Callable[[], datetime]) -> bool:
    """Send one claimed message, and what goes with it; return whether a mail went out."""
    claimed = [message]
    if not _wait(message, at=now()):
        claimed += [other for other in beside(message, at=now()) if _claim_beside(other, at=now())]
    rendered = [(each, _rendered(each, at=now())) for each in claimed]
    ready = [(each, email) for each, email in rendered if email is not None]
    if not ready:
        return False
    together = [each for each, _ in ready]
    mail = as_one([email for _, email in ready])
    is_sent = write_down(together, lambda: transport.send(compose(together[0], mail)), now)
    if is_sent:
        forward(together[0], mail, at=now())
    return is_sent


def _claim_beside(message: Message, *, at: datetime) -> bool:
    return held_until(message, at=at) is None and claim(message=message, at=at)


def _wait(message: Message, *, at: datetime) -> bool:
    """Put a claimed message back until its recipient wants to hear of it; tell whether it waits."""
    until = held_until(message, at=at)
    if until is None:
        return False
    _put_back(message, HELD, until=until)
    return True


def _rendered(message: Message, *, at: datetime) -> Email | None:
    """Return the mail of a claimed message; None: it is written down why there is none."""
    if message.state != Message.State.SENDING or is_spent(message):
        return None
    try:
        return render(topic=message.topic, payload=message.payload)
    except Withdrawn as reason:
        _close(message, Message.State.WITHDRAWN, str(reason))
    except (NoRenderer, InvalidEmail) as error:
        _bury(message, str(error))
    except RendererFailed as error:
        _retry(message, str(error), at=at)
    return None


def is_spent(message: Message) -> bool:
    """Tell whether a claimed message had its last attempt; then it is a dead letter."""
    if message.attempts <= _most_attempts(message):
        return False
    _bury(message, "The last attempt did not come to an end.")
    return True


def write_down(
    together: Sequence[Message], send: Callable[[], None], now: Callable[[], datetime]
) -> bool:
    """Let ``send`` send claimed messages as one and write down what came of them; were they sent?

    Whatever of the outbox's own refusals ``send`` raises says what becomes of them.
    """
    first = together[0]
    try:
        send()
    except Withdrawn as reason:
        _each(together, _close, Message.State.WITHDRAWN, str(reason))
    except (NoRenderer, InvalidEmail, Refused) as error:
        _each(together, _bury, str(error))
    except Unreachable as error:
        _each(together, _postpone, str(error), until=now() + WAIT_FOR_SERVER)
    except (Failed, RendererFailed) as error:
        least = error.wait if isinstance(error, Failed) else timedelta()
        _each(together, _retry, str(error), at=now(), least=least)
    else:
        sent: dict[str, Any] = {"state": Message.State.SENT, "due_at": None, "last_error": ""}
        sent["sent_at"] = now()
        _settle(first, **sent)
        _each(together[1:], _settle, **sent, sent_with=first.pk)
        return True
    return False


def _each(messages: Sequence[Message], settle: Callable, *told: Any, **more: Any) -> None:
    for message in messages:
        settle(message, *told, **more)


def _retry(message: Message, reason: str, *, at: datetime, least: timedelta = timedelta()) -> None:
    wait = _wait_of(message)
    if wait is None:
        _bury(message, reason)
        return
    logger.warning("Message %s (%s) failed: %s", message.pk, message.topic, reason)
    due_at = at + max(wait, least)
    _settle(message, state=Message.State.PENDING, due_at=due_at, last_error=reason)


def _wait_of(message: Message) -> timedelta | None:
    """Return how long a message waits for its next attempt; None: it had its last."""
    if message.channel == Channel.HOOK:
        return hook_wait(message.attempts, key=message.key)
    if message.attempts >= MOST_ATTEMPTS:
        return None
    wait = wait_after(message.attempts, key=message.key)
    return wait if message.channel == Channel.MAIL else min(wait, PAGE_RETRY)


def _most_attempts(message: Message) -> int:
    return len(WAITS) + 1 if message.channel == Channel.HOOK else MOST_ATTEMPTS


def _postpone(message: Message, reason: str, *, until: datetime) -> None:
    _put_back(message, reason, until=until)
    logger.error("%s", reason)


def _put_back(message: Message, reason: str, *, until: datetime) -> None:
    """Let a message wait without the attempt that it did not have."""
    _settle(
        message,
        state=Message.State.PENDING,
        due_at=until,
        last_error=reason,
        attempts=message.attempts - 1,
    )


def _bury(message: Message, reason: str) -> None:
    _close(message, Message.State.DEAD, reason)
    # A client's endpoint that takes nothing is theirs to mend, and nobody of ours is woken.
    level = logging.WARNING if message.channel == Channel.HOOK else logging.ERROR
    logger.log(level, "Message %s (%s) is a dead letter: %s", message.pk, message.topic, reason)


def _close(message: Message, state: Message.State, reason: str) -> None:
    _settle(message, state=state, due_at=None, last_error=reason)


def _settle(message: Message, **changes: object) -> None:
    if not _move(message, **changes):
        logger.warning("Message %s took longer than its lease; another run has it.", message.pk)


def _move(message: Message, **changes: object) -> bool:
    """Change the row if it still is as we know it; each claim has its own count of attempts."""
    # Not by due_at as well: ten thousand rows share it, and PostgreSQL may read them all by it.
    moved = Message.objects.filter(
        pk=message.pk, state=message.state, attempts=message.attempts
    ).update(**changes)
    if moved:
        for name, value in changes.items():
            setattr(message, name, value)
    return bool(moved)
