"""Writing down what is said on a ticket, and sending what is said to the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.contracts.models import AuthorisedUser, User
from apps.outbox.bulk import Statement, insert, insertion, run_together
from apps.outbox.enqueue import enqueue
from apps.tickets.models import Attachment, Message, Ticket
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused
from apps.tickets.services.watching import copy
from apps.tickets.services.words import indexing


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a message. The name is safe to show; the content is not trusted."""

    name: str
    content_type: str
    content: bytes


def say(
    *,
    ticket: Ticket,
    text: str,
    at: datetime,
    client: AuthorisedUser | None = None,
    author: User | None = None,
    direction: str = Message.Direction.IN,
    html: str = "",
    uploads: Sequence[Upload] = (),
    source_mail_id: str = "",
    mark: str = "",
    about: Sequence[str] = (),
) -> Message:
    """Write a message down, with its files; a search finds it. ``about``: by these texts too.

    A note is not found by a client.
    """
    message, beside = say_first(
        ticket=ticket,
        text=text,
        at=at,
        client=client,
        author=author,
        direction=direction,
        html=html,
        uploads=uploads,
        source_mail_id=source_mail_id,
        mark=mark,
        about=about,
    )
    run_together(beside)
    return message


def say_first(
    *,
    ticket: Ticket,
    text: str,
    at: datetime,
    client: AuthorisedUser | None = None,
    author: User | None = None,
    direction: str = Message.Direction.IN,
    html: str = "",
    uploads: Sequence[Upload] = (),
    source_mail_id: str = "",
    mark: str = "",
    about: Sequence[str] = (),
    about_ours: Sequence[str] = (),
) -> tuple[Message, list[Statement]]:
    """Write a message down, and return the statements for its files and words: the caller's.

    ``about_ours``: by these texts it is found by us, and by no client.
    """
    message = insert(
        Message(
            ticket=ticket,
            direction=direction,
            author=author,
            client=client,
            sent_at=at,
            text=text,
            html=html,
            mail_id=source_mail_id,
            mark=mark,
        )
    )
    files = [
        Attachment(
            message=message,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            content=upload.content,
        )
        for upload in uploads
    ]
    sender = [client.name, client.email] if client else [str(author)]
    seen = [] if direction == Message.Direction.NOTE else [*about, *sender, text]
    texts = [*about, *about_ours, *sender, text]
    words = indexing(ticket=ticket, texts=texts, for_client=seen)
    return message, [*([insertion(files)] if files else []), words]


def send(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    uploads: Sequence[Upload] = (),
    topic: str = "ticket.replied",
) -> Message:
    """Write a message to the client down, and put it in the outbox, also for those in copy.

    ``topic`` is how the requester's mail reads.

    :raises Refused: there is nothing to send.
    """
    if not text.strip():
        raise Refused("Write what the client shall read: an empty message is not sent.")
    direction = Message.Direction.OUT
    message = say(ticket=ticket, text=text, author=by, direction=direction, at=at, uploads=uploads)
    enqueue(
        topic=topic,
        key=f"message:{message.pk}",
        recipient=ticket.requester.email,
        payload={"message_id": message.pk},
        at=at,
        message_id=mail_id(ticket.pk, f"message-{message.pk}"),
    )
    copy(message=message, at=at)
    return message
