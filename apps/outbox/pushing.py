"""From facts to a push, at the moment it is sent: as rendering.py does of mails.

A topic's owner registers what its pushes say and where they go, so that the outbox stores no
secret address:

    @pushes("kettle.boiled")
    def kettle_boiled(payload: dict) -> Push: ...
"""

from collections.abc import Callable
from dataclasses import dataclass

from apps.outbox.rendering import InvalidEmail, NoRenderer, RendererFailed, TopicTaken, Withdrawn


@dataclass(frozen=True, slots=True)
class Push:
    """What is said, and the apprise address to which it goes: a secret, never shown or logged."""

    address: str
    title: str
    text: str


Pusher = Callable[[dict], Push]
_pushers: dict[str, Pusher] = {}


def pushes(topic: str) -> Callable[[Pusher], Pusher]:
    """Register the decorated function as what the topic's pushes are.

    :raises TopicTaken: another function makes them.
    """

    def register(pusher: Pusher) -> Pusher:
        if _pushers.setdefault(topic, pusher) is not pusher:
            raise TopicTaken(topic)
        return pusher

    return register


def push_of(*, topic: str, payload: dict) -> Push:
    """Return the push that a message is at this moment.

    :raises NoRenderer: nobody registered the topic.
    :raises Withdrawn: what it says is no longer true, or its address is not there any more.
    :raises RendererFailed: the function raised anything else.
    """
    if topic not in _pushers:
        raise NoRenderer(topic)
    try:
        return _pushers[topic](payload)
    except (Withdrawn, InvalidEmail):
        raise
    except Exception as error:  # whatever it is, one message must not stop the others
        raise RendererFailed(topic, error) from error


def push_topics() -> list[str]:
    """Return every topic that has pushes, sorted."""
    return sorted(_pushers)
