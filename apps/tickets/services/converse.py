"""What is said on a ticket, and whose turn it is afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts.models import AuthorisedUser, User
from apps.outbox.bulk import Checked, insertion, run_together
from apps.tickets.models import Event, Message, Ticket
from apps.tickets.queries import log_of
from apps.tickets.rules.history import Happening, Kind, Status
from apps.tickets.services.follow_ups import hold, take_back
from apps.tickets.services.hooked import is_hooked
from apps.tickets.services.notice import is_watched, tell_watchers
from apps.tickets.services.record import Refused, event_of, lock, record, settle
from apps.tickets.services.saying import Upload, say, say_first, send


@transaction.atomic
def answer(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    uploads: Sequence[Upload] = (),
) -> Message:
    """Answer the client. The first answer is the response that the plan promises.

    ``act_key`` names this act: the same key again (a double click) changes nothing. ``uploads``
    go out with the mail.

    Clause: V-2-response, S-8.

    :raises Refused: there is nothing to send, or the ticket is closed.
    """
    return _speak(
        ticket=ticket,
        text=text,
        by=by,
        at=at,
        act_key=act_key,
        uploads=uploads,
        kinds=[Kind.RESPONDED],
    )


@transaction.atomic
def ask_client(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    uploads: Sequence[Upload] = (),
) -> Message:
    """Ask the client for something: a response too, and from here the ticket is on their side.

    Clause: V-2-resolution (the clock stops), V-3.4.2.

    :raises Refused: there is nothing to send, or the ticket is closed.
    """
    return _speak(
        ticket=ticket,
        text=text,
        by=by,
        at=at,
        act_key=act_key,
        uploads=uploads,
        kinds=[Kind.RESPONDED, Kind.ASKED_CLIENT],
    )


def _speak(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    kinds: Sequence[Kind],
    uploads: Sequence[Upload],
) -> Message:
    ticket = hold(ticket=ticket, at=at)
    done = _done_before(act_key)
    if done is not None:
        return done
    if ticket.status == Status.CLOSED:
        raise Refused(f"{ticket.number} is closed. Reopen it before you write to the client.")
    if Kind.ASKED_CLIENT in kinds:
        _check_may_ask(ticket)
    # With a file it is no slip: often the file is what was forgotten.
    if not uploads and _said_last(ticket, text, by):
        raise Refused("You sent this very text last. Change it if you want to send it again.")
    message = send(ticket=ticket, text=text, by=by, at=at, uploads=uploads)
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


def _check_may_ask(ticket: Ticket) -> None:
    problems = {
        Status.SOLVED: "has its solution. Reopen it before you ask for more.",
        Status.ANSWERED: "has its solution, and the client answered: judge the answer first.",
        Status.SUSPENDED: "is suspended. Ask when it goes on.",
    }
    problem = problems.get(Status(ticket.status))
    if problem:
        raise Refused(f"{ticket.number} {problem}")


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
def note(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    uploads: Sequence[Upload] = (),
) -> None:
    """Leave a note that only staff see, and files beside it. It is not a response.

    Clause: V-2-response.

    :raises Refused: the note is empty.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=f"{Kind.NOTED}:{act_key}").exists():
        return
    if not text.strip():
        raise Refused("Write something: an empty note helps nobody.")
    message = say(
        ticket=ticket,
        text=text,
        author=by,
        direction=Message.Direction.NOTE,
        at=at,
        uploads=uploads,
    )
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
def log_call(
    *,
    ticket: Ticket,
    text: str,
    by: User,
    at: datetime,
    act_key: str,
    uploads: Sequence[Upload] = (),
) -> None:
    """Log a call with the client: a response, though nothing is sent.

    Clause: V-2-response, V-6.4.

    :raises Refused: the log is empty.
    """
    ticket = lock(ticket)
    if Event.objects.filter(source_key=f"{Kind.RESPONDED}:{act_key}").exists():
        return
    if not text.strip():
        raise Refused("Write what was said on the phone.")
    message = say(
        ticket=ticket,
        text=text,
        author=by,
        direction=Message.Direction.NOTE,
        at=at,
        uploads=uploads,
    )
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
def was_call(*, ticket: Ticket, by: User, at: datetime, act_key: str) -> None:
    """Record that what the client said last was said in a call with one of us: a response.

    The same ``act_key`` again changes nothing.

    Clause: V-2-response, V-8.1.
    """
    ticket = lock(ticket)
    key = f"{Kind.RESPONDED}:{act_key}"
    if Event.objects.filter(source_key=key).exists():
        return
    said = ticket.messages.filter(direction=Message.Direction.IN).latest("pk")
    facts = {"message": said.pk, "by_phone": True}
    record(ticket=ticket, kind=Kind.RESPONDED, at=at, by=by, facts=facts, source_key=key)
    settle(ticket=ticket)


def reply_within(
    *,
    ticket: Ticket,
    client: AuthorisedUser,
    text: str,
    at: datetime,
    source_key: str,
    html: str = "",
    uploads: Sequence[Upload] = (),
    source_mail_id: str = "",
    mark: str = "",
    entitled: dict[str, Any] | None = None,
    is_held: bool = False,
    last: Checked | None = None,
) -> None:
    """Put a client's message on their ticket: it is our turn again, and a closed ticket reopens.

    After a solution it waits to be judged: it may confirm the solution, or refuse it.

    The same ``source_key`` again changes nothing. The assignee, or else the duty managers, hear
    of it by the queue, where the ticket is back on our side. ``entitled`` is the answer by which a
    closed ticket may reopen, kept with the event; None: nobody had to ask. ``is_held``: the caller
    holds the ticket as ``hold`` gave it. ``last`` is written with it, the caller's own. In the
    transaction of the caller, who lets nothing of it stand if this fails.

    Clause: V-2-resolution, V-3.1, V-8.1.4.
    """
    ticket = ticket if is_held else hold(ticket=ticket, at=at)
    history, keys = log_of(ticket)
    if source_key in keys:
        run_together([], last)
        return
    message, pending = say_first(
        ticket=ticket,
        client=client,
        text=text,
        html=html,
        uploads=uploads,
        at=at,
        source_mail_id=source_mail_id,
        mark=mark,
    )
    was_closed = ticket.status == Status.CLOSED
    facts = {"message": message.pk} | ({"entitled": entitled} if entitled else {})
    kind = Kind.REOPENED if was_closed else Kind.CLIENT_REPLIED
    event = event_of(ticket=ticket, kind=kind, at=at, facts=facts, source_key=source_key)
    if was_closed or is_watched(ticket) or is_hooked(ticket):
        event.save(force_insert=True)
        tell_watchers(event)
    else:
        pending.append(insertion([event]))
    if was_closed:
        run_together(pending, last)
        take_back(ticket=ticket, at=at)
        settle(ticket=ticket)
    else:
        happened = Happening(kind, event.at, facts)
        settle(ticket=ticket, history=[*history, happened], pending=pending, last=last)


client_replied = transaction.atomic(reply_within)
