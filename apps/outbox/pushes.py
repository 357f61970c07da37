"""Delivery of pushes: several at once, each in a process that is ended when it takes too long.

A service that hangs uses up its own time and nobody else's: mails have other runs, and other pushes
go out beside it.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

from apps.outbox.models import Message
from apps.outbox.push_process import NOT_UNDERSTOOD
from apps.outbox.pushing import Push, push_of
from apps.outbox.rendering import InvalidEmail, NoRenderer, RendererFailed, Withdrawn
from apps.outbox.services import claim, is_spent, write_down
from apps.outbox.transport import Failed, Refused

SCRIPT = Path(__file__).with_name("push_process.py")
WIDTH = 8  # at once
# A send takes no longer: less than the lease, so that it is never claimed beside itself.
MOST_SECONDS = 30
LOOK_AGAIN = 1.0  # seconds after which new ones are looked for while others are under way
RUN_LASTS = timedelta(minutes=4)

Clock = Callable[[], datetime]
Sends = Callable[[], None]


def deliver_pushes(*, at: datetime, clock: Clock | None = None) -> int:
    """Send the pushes that are due, and return how many were taken.

    ``clock`` tells the run how long it takes, and lets it meet what falls due meanwhile; without
    it all happens at ``at``. Any number of runs may go on at a time. A push that failed is due
    again later.
    """
    now = clock or (lambda: at)
    sent = 0
    running: dict[Future[Push], Message] = {}
    with ThreadPoolExecutor(WIDTH) as pool:
        while True:
            if now() - at < RUN_LASTS:
                for message in _claimed(WIDTH - len(running), now):
                    _begin(message, pool, running, now)
            if not running:
                return sent
            done, _ = wait(running, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            for future in done:
                sent += write_down([running.pop(future)], _outcome(future), now)


def send(push: Push, *, most_seconds: float = MOST_SECONDS) -> Push:
    """Hand a push to its service, within so many seconds.

    :raises Refused: the address is of no service.
    :raises Failed: the service did not take it, or not in time.
    """
    _run({"address": push.address, "title": push.title, "text": push.text}, most_seconds)
    return push


def is_known_service(address: str) -> bool:
    """Tell whether an address is of a service that is known, and complete. It takes a second."""
    try:
        _run({"address": address}, MOST_SECONDS)
    except (Refused, Failed):
        return False
    return True


def _run(asked: dict[str, str], most_seconds: float) -> None:
    try:
        done = subprocess.run(  # noqa: S603 (our own script)
            # Modules beside the script are called like some of the standard library.
            [sys.executable, "-P", str(SCRIPT)],
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=most_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"The service did not answer within {most_seconds} seconds.") from None
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode == NOT_UNDERSTOOD:
        raise Refused(said)
    if done.returncode:
        raise Failed(said or "The push could not be sent.")


def _claimed(most: int, now: Clock) -> list[Message]:
    due = Message.objects.due(at=now()).via(Message.Channel.PUSH).order_by("due_at")
    return [message for message in due[:most] if claim(message=message, at=now())]


def _begin(
    message: Message, pool: ThreadPoolExecutor, running: dict[Future[Push], Message], now: Clock
) -> None:
    """Make the push and let it go; what cannot be made is written down at once.

    Only sending happens beside: the database belongs to this thread.
    """
    if is_spent(message):
        return
    future: Future[Push] = Future()
    try:
        push = push_of(topic=message.topic, payload=message.payload)
    except (Withdrawn, NoRenderer, InvalidEmail, RendererFailed) as error:
        future.set_exception(error)
        write_down([message], _outcome(future), now)
    else:
        running[pool.submit(send, push)] = message


def _outcome(future: Future[Push]) -> Sends:
    def outcome() -> None:
        future.result()

    return outcome
