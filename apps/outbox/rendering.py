"""From facts to a mail, at the moment it is sent.

A topic's owner registers how its mails read, from its ``AppConfig.ready()``:

    @renders("deadline.missed")
    def deadline_missed(payload: dict) -> Email: ...

so that the outbox knows no other app.
"""

from collections.abc import Callable
from dataclasses import dataclass


class InvalidEmail(ValueError):
    """A mail cannot be sent as it is; another attempt would not change that."""


class Withdrawn(Exception):
    """Raised by a renderer: what the message says is no longer true, so it is not sent."""


class NoRenderer(LookupError):
    """Nobody has said how mails of this topic read."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"Nothing renders the topic “{topic}”.")
        self.topic = topic


class RendererFailed(Exception):
    """A renderer raised something of its own, which may be different next time."""

    def __init__(self, topic: str, error: Exception) -> None:
        super().__init__(f"The mail on “{topic}” cannot be rendered: {describe(error)}")
        self.topic = topic


class TopicTaken(Exception):
    """Two functions claim to render the same topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"The topic “{topic}” has a renderer already.")
        self.topic = topic


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Email:
    """A mail but for its recipient and its Message-ID, which are the message's.

    :raises InvalidEmail: a header's value breaks the line.
    """

    subject: str
    text: str
    html: str = ""  # empty: made from the text
    reply_to: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = True  # no person wrote it: says so in its headers (RFC 3834)
    language: str = "en"
    from_address: str = ""  # empty: DEFAULT_FROM_EMAIL
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        values = {
            "subject": [self.subject],
            "reply_to": self.reply_to,
            "in_reply_to": [self.in_reply_to],
            "references": self.references,
            "language": [self.language],
            "from_address": [self.from_address],
            "attachments": [part.filename + part.mimetype for part in self.attachments],
        }
        for name, given in values.items():
            for value in given:
                if breaks_line(value):
                    raise InvalidEmail(f"{name} must be one line, not {value!r}.")


Renderer = Callable[[dict], Email]
_renderers: dict[str, Renderer] = {}
_notices: set[str] = set()


def breaks_line(value: str) -> bool:
    """Whether a value would end the header that it is put into."""
    return not {"\r", "\n", "\0"}.isdisjoint(value)


def renders(topic: str, *, is_notice: bool = False) -> Callable[[Renderer], Renderer]:
    """Register the decorated function as the way the topic's mails read.

    It takes the message's payload and may look up what has become of it since. ``is_notice``: it
    goes to one of ours, who may get several such as one mail, and not outside of their hours.

    :raises TopicTaken: another function renders the topic.
    """

    def register(renderer: Renderer) -> Renderer:
        if _renderers.setdefault(topic, renderer) is not renderer:
            raise TopicTaken(topic)
        if is_notice:
            _notices.add(topic)
        return renderer

    return register


def notices() -> frozenset[str]:
    """Return the topics that go to people of ours, who may get several as one mail."""
    return frozenset(_notices)


def render(*, topic: str, payload: dict) -> Email:
    """Return the mail that a message is at this moment.

    :raises NoRenderer: nobody registered the topic.
    :raises Withdrawn: what it says is no longer true.
    :raises InvalidEmail: a header's value breaks the line.
    :raises RendererFailed: the renderer raised anything else.
    """
    if topic not in _renderers:
        raise NoRenderer(topic)
    try:
        return _renderers[topic](payload)
    except (Withdrawn, InvalidEmail):
        raise
    except Exception as error:  # whatever it is, one message must not stop the others
        raise RendererFailed(topic, error) from error


def describe(error: Exception) -> str:
    """Return an error in one line, with its kind, which some do without words."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def topics() -> list[str]:
    """Return every topic that has a renderer, sorted."""
    return sorted(_renderers)
