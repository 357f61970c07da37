"""What is said on a ticket, and whose turn it is afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import AuthorisedUser, User
from apps.outbox.enqueue import enqueue
from apps.tickets.models import Attachment, Event, Message, Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused, lock, record, settle
from apps.tickets.services.words import index_words


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
    about: Sequence[str] = (),
) -> Message:
    """Write a message down, with its files; a search finds it. ``about``: by these texts too."""
    message = Message.objects.create(
        ticket=ticket,
        direction=direction,
        author=author,
        client=client,
        sent_at=at,
        text=text,
        html=html,
        mail_id=source_mail_id,
    )
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
            content=upload.content,
        )
        for upload in uploads
    )
    sender = [client.name, client.email] if client else [str(author)]
    index_words(ticket=ticket, texts=[*about, *sender, text])
    return message


@transaction.atomic
def answer(*, ticket: Ticket, text: str, by: User, at: datetime, act_key: str) -> Message:
    """Answer the client. The first answer is the response that the plan promises.

    ``act_key`` names this act: the same key again (a double click) changes nothing.

    Clause: V-2-response, S-8.

    :raises Refused: there is nothing to send, or the ticket is closed.
    """
    return _speak(ticket=ticket, text=text, by=by, at=at, act_key=act_key, kinds=[Kind.RESPONDED])


@transaction.atomic
def ask_client(*, ticket: Ticket, text: str, by: User, at: datetime, act_key: str) -> Message:
    """Ask the client for something: a response too, and from here the ticket is on their side.

    Clause: V-2-resolution (the clock stops), V-3.4.2.

    :raises Refused: there is nothing to send, or the ticket is closed.
    """
    kinds = [Kind.RESPONDED, Kind.ASKED_CLIENT]
    return _speak(ticket=ticket, text=text, by=by, at=at, act_key=act_key, kinds=kinds)


def _speak(
    *, ticket: Ticket, text: str, by: User, at: datetime, act_key: str, kinds: Sequence[Kind]
) -> Message:
    ticket = lock(ticket)
    done = _done_before(act_key)
    if done is not None:
        return done
    if ticket.status == Status.CLOSED:
        raise Refused(f"{ticket.number} is closed. Reopen it before you write to the client.")
    if _said_last(ticket, text, by):
        raise Refused("You sent this very text last. Change it if you want to send it again.")
    message = send(ticket=ticket, text=text, by=by, at=at)
    for kind in kinds:
        record(
            ticket=ticket,
            kind=kind,
            at=at,
            by=by,
            facts={"message": message.pk},
            source_key=f"{kind}:{act_key}",
        )
    settle(ticket=ticket)
    return message


def send(*, ticket: Ticket, text: str, by: User, at: datetime) -> Message:
    """Write a message to the client down, and put it in the outbox.

    :raises Refused: there is nothing to send.
    """
    if not text.strip():
        raise Refused("Write what the client shall read: an empty message is not sent.")
    message = say(ticket=ticket, text=text, author=by, direction=Message.Direction.OUT, at=at)
    enqueue(
        topic="ticket.replied",
        key=f"message:{message.pk}",
        recipient=ticket.requester.email,
        payload={"message_id": message.pk},
        at=at,
        message_id=mail_id(ticket.pk, f"message-{message.pk}"),
    )
    return message


def _done_before(act_key: str) -> Message | None:
    event = Event.objects.filter(source_key=f"{Kind.RESPONDED}:{act_key}").first()
    return Message.objects.get(pk=event.facts["message"]) if event else None


def _said_last(ticket: Ticket, text: str, by: User) -> bool:
    """Tell whether this is what they wrote last: “back” in a browser brings a sent text again."""
    last = ticket.messages.exclude(direction=Message.Direction.NOTE).last()
    sent = Message.Direction.OUT
    return last is not None and (last.direction, last.author_id, last.text) == (
        sent,
        by.pk,
        text,
    )


@transaction.atomic
def note(*, ticket: Ticket, text: str, by: User, at: datetime, act_key: str) -> None:
    """Leave a note that only staff see. It is not a response.

    Clause: V-2-response.

    :raises Refused: the note is empty.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=f"{Kind.NOTED}:{act_key}").exists():
        return
    if not text.strip():
        raise Refused("Write something: an empty note helps nobody.")
    message = say(ticket=ticket, text=text, author=by, direction=Message.Direction.NOTE, at=at)
    record(
        ticket=ticket,
        kind=Kind.NOTED,
        at=at,
        by=by,
        facts={"message": message.pk},
        source_key=f"{Kind.NOTED}:{act_key}",
    )
    settle(ticket=ticket)


@transaction.atomic
def log_call(*, ticket: Ticket, text: str, by: User, at: datetime, act_key: str) -> None:
    """Log a call with the client: a response, though nothing is sent.

    Clause: V-2-response, V-6.4.

    :raises Refused: the log is empty.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=f"{Kind.RESPONDED}:{act_key}").exists():
        return
    if not text.strip():
        raise Refused("Write what was said on the phone.")
    message = say(ticket=ticket, text=text, author=by, direction=Message.Direction.NOTE, at=at)
    record(
        ticket=ticket,
        kind=Kind.RESPONDED,
        at=at,
        by=by,
        facts={"message": message.pk, "by_phone": True},
        source_key=f"{Kind.RESPONDED}:{act_key}",
    )
    settle(ticket=ticket)


@transaction.atomic
def client_replied(
    *,
    ticket: Ticket,
    client: AuthorisedUser,
    text: str,
    at: datetime,
    source_key: str,
    html: str = "",
    uploads: Sequence[Upload] = (),
    source_mail_id: str = "",
    entitled: dict[str, Any] | None = None,
) -> None:
    """Put a client's message on their ticket: it is our turn again, and a closed ticket reopens.

    The same ``source_key`` again changes nothing. The assignee, or else the duty managers, hear
    of it by the queue, where the ticket is back on our side. ``entitled`` is the answer by which a
    closed ticket may reopen, kept with the event; None: nobody had to ask.

    Clause: V-2-resolution, V-3.1, V-8.1.4.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=source_key).exists():
        return
    message = say(
        ticket=ticket,
        client=client,
        text=text,
        html=html,
        uploads=uploads,
        at=at,
        source_mail_id=source_mail_id,
    )
    was_closed = ticket.status == Status.CLOSED
    record(
        ticket=ticket,
        kind=Kind.REOPENED if was_closed else Kind.CLIENT_REPLIED,
        at=at,
        facts={"message": message.pk} | ({"entitled": entitled} if entitled else {}),
        source_key=source_key,
    )
    settle(ticket=ticket)
