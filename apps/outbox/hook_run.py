"""Delivery of webhooks: many at once, few of them to one endpoint.

An endpoint that is slow or gone uses up its own turns and nobody else's. The order in which its
webhooks arrive is not promised.
"""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from apps.outbox.hook_posting import Ways, post
from apps.outbox.hooks import Posted, hear, hook_of
from apps.outbox.models import HookAttempt, Message
from apps.outbox.rendering import NoRenderer, RendererFailed, Withdrawn
from apps.outbox.services import claim, is_spent, write_down
from apps.outbox.transport import Failed, Refused

# More than one account with all its endpoints slow would take: 10, two at a time.
WIDTH = 32  # at once
MOST_EACH = 2  # of them to one endpoint
LOOK_AGAIN = 1.0  # seconds after which new ones are looked for while others are under way
RUN_LASTS = timedelta(minutes=4)
LONGEST_SAID = 200  # characters of an answer that the message itself keeps

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Running = dict[Future[Posted], Message]


def our_ways() -> Ways:
    """Return where webhooks of this installation may go."""
    return Ways(allowed=settings.WEBHOOK_ALLOWED_NETWORKS, plain_http=settings.WEBHOOK_PLAIN_HTTP)


def deliver_hooks(*, at: datetime, clock: Clock | None = None, ways: Ways) -> int:
    """Send the webhooks that are due, and return how many were taken.

    ``clock`` tells the run how long it takes, and lets it meet what falls due meanwhile; without
    it all happens at ``at``. Any number of runs may go on at a time.
    """
    now = clock or (lambda: at)
    taken = 0
    running: Running = {}
    with ThreadPoolExecutor(WIDTH) as pool:
        while True:
            if now() - at < RUN_LASTS:
                _fill(pool, running, now, ways)
            if not running:
                return taken
            done, _ = wait(running, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            for future in done:
                taken += _end(running.pop(future), future.result(), now)


def _fill(pool: ThreadPoolExecutor, running: Running, now: Clock, ways: Ways) -> None:
    """Let go as many as there is room for; no endpoint gets more than its turns."""
    busy = _busy(at=now()) if len(running) < WIDTH else Counter[str]()
    met = set[int]()
    while (room := WIDTH - len(running)) > 0:
        full = [endpoint for endpoint, many in busy.items() if many >= MOST_EACH]
        due = Message.objects.due(at=now()).via(Message.Channel.HOOK)
        found = due.exclude(recipient__in=full).exclude(pk__in=met).order_by("due_at")[:room]
        batch = list(found)
        for message in batch:
            if busy[message.recipient] >= MOST_EACH:
                continue
            if not claim(message=message, at=now()):
                met.add(message.pk)
            elif _begin(message, pool, running, now, ways):
                busy[message.recipient] += 1
        if not batch:
            return


def _busy(*, at: datetime) -> Counter[str]:
    """Return endpoint -> how many are under way to it, by whatever run."""
    sending = Message.objects.via(Message.Channel.HOOK).filter(state=Message.State.SENDING)
    held = sending.filter(due_at__gt=at).order_by().values("recipient").annotate(many=Count("pk"))
    return Counter({row["recipient"]: row["many"] for row in held})


def _begin(
    message: Message, pool: ThreadPoolExecutor, running: Running, now: Clock, ways: Ways
) -> bool:
    """Make the webhook and let it go; what cannot be made is written down at once.

    Only sending happens beside: the database belongs to this thread.
    """
    if is_spent(message):
        return False
    at = now()
    try:
        hook = hook_of(topic=message.topic, payload=message.payload, at=at)
    except (Withdrawn, NoRenderer, Failed, RendererFailed) as error:
        write_down([message], _raising(error), now)
        return False
    sending = pool.submit(post, hook, message_id=message.message_id, at=at, ways=ways)
    running[sending] = message
    return True


def _end(message: Message, posted: Posted, now: Clock) -> bool:
    """Write down what came of an attempt; where that fails, the others are written down still.

    That one goes out again once its lease is over, under the same name.
    """
    try:
        return _write_down(message, posted, now)
    except Exception:
        logger.exception("What came of message %s cannot be written down", message.pk)
        return False


def _write_down(message: Message, posted: Posted, now: Clock) -> bool:
    """Write down what came of an attempt, with the attempt, and tell the endpoint's owner."""
    with transaction.atomic():
        at = now()
        HookAttempt.objects.create(
            message=message,
            at=at,
            status=posted.status,
            milliseconds=posted.milliseconds,
            note=posted.note,
        )
        taken = write_down([message], _outcome(posted), now)
        hear(message.payload, posted, at)
        return taken


def _outcome(posted: Posted) -> Callable[[], None]:
    if posted.is_taken:
        return lambda: None
    said = posted.note[:LONGEST_SAID]
    if posted.is_gone:
        return _raising(Refused("It answered 410: it wants nothing any more."))
    if posted.status is None:
        return _raising(Failed(said))
    return _raising(Failed(f"It answered {posted.status}. {said}".strip(), wait=posted.wait))


def _raising(error: Exception) -> Callable[[], None]:
    def outcome() -> None:
        raise error

    return outcome
