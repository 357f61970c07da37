"""A ticket in which the client asked two things: the second becomes a ticket of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.contracts import queries as contracts
from apps.contracts.models import Severity, User
from apps.tickets.models import Event, Link, Message, Ticket, TimeEntry
from apps.tickets.rules.history import Kind
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.moving import hold_order, move_messages, move_time
from apps.tickets.services.record import Refused, amend, record, settle
from apps.tickets.services.register import acknowledge
from apps.tickets.services.words import rewrite_words

IN = Message.Direction.IN
# What an answer was on the old ticket, it is on the new one.
ANSWERS = [Kind.RESPONDED, Kind.ASKED_CLIENT]


@transaction.atomic
def split(
    *,
    ticket: Ticket,
    messages: Sequence[Message],
    subject: str,
    severity: Severity,
    by: User,
    at: datetime,
    act_key: str,
    entries: Sequence[TimeEntry] = (),
) -> Ticket:
    """Make a ticket of some of a ticket's messages, under the same terms, and acknowledge it.

    It counts from the instant at which its first message came from the client, who is its
    requester; answers and questions of ours among the messages count on it at their own instants.
    What is on record of the old ticket stays. The same ``act_key`` again returns the ticket that
    is there.

    Clause: V-8.1.4, V-2-response, V-2-resolution, R-14.

    :raises Refused: nothing of the client goes, nothing stays, or something is not this ticket's.
    """
    ticket = hold(ticket=ticket, at=at)
    known = Ticket.objects.filter(source_key=f"split:{act_key}").first()
    if known is not None:
        return known
    hold_order(ticket)
    _check(ticket, subject, severity)
    moving = _moving(ticket, messages)
    worked = _worked(ticket, entries)
    reason = f"Split from {ticket.number}"
    new = _new(ticket, moving, subject, severity, source_key=f"split:{act_key}")
    amend(ticket=new, reason=reason, by=by, at=at)
    new.save()
    _tell_anew(ticket, new, moving, by=by, at=at)
    move_messages(moving, to=new)
    move_time(worked, to=new, reason=reason, by=by, at=at)
    Link.objects.create(first=ticket, second=new, by=by, at=at)
    facts = {"into": new.number, "pk": new.pk, "messages": [row.pk for row in moving]}
    record(ticket=ticket, kind=Kind.SPLIT, at=at, by=by, facts=facts)
    _give(new, to=ticket.assignee, at=at)
    acknowledge(ticket=new, at=at)
    for row in (ticket, new):
        rewrite_words(row)
        settle(ticket=row)
    return new


def _moving(ticket: Ticket, messages: Sequence[Message]) -> list[Message]:
    """Return the messages that go, in order, as they are now."""
    rows = ticket.messages.filter(pk__in={message.pk for message in messages})
    moving = list(rows.select_related("client").order_by("sent_at", "pk"))
    if len(moving) < len({message.pk for message in messages}):
        raise Refused(
            f"Not all of these messages are on {ticket.number} now. Choose again.", clause="V-8.1.4"
        )
    if not any(row.direction == IN for row in moving):
        raise Refused(
            "Choose at least one message from the client: the new ticket begins with it.",
            clause="V-8.1.4",
        )
    if ticket.messages.count() == len(moving):
        raise Refused(f"Leave at least one message on {ticket.number}.", clause="V-8.1.4")
    return moving


def _worked(ticket: Ticket, entries: Sequence[TimeEntry]) -> list[TimeEntry]:
    """Return the time that goes, as it is now."""
    pks = {entry.pk for entry in entries}
    worked = list(ticket.time_entries.filter(pk__in=pks).order_by("pk"))
    if len(worked) < len(pks):
        raise Refused(
            f"Not all of this time is on {ticket.number} now. Choose again.", clause="V-8.1.4"
        )
    return worked


def _check(ticket: Ticket, subject: str, severity: Severity) -> None:
    if ticket.merged_into is not None:
        raise Refused(
            f"{ticket.number} was merged and goes on as {ticket.merged_into.number}.",
            clause="V-8.1.4",
        )
    if severity.version_id != ticket.version_id:
        raise Refused(f"{severity} is not a severity of {ticket.version}.", clause="V-8.1.4")
    if not subject.strip():
        raise Refused("Give the new ticket a subject.")


def _new(
    ticket: Ticket, moving: Sequence[Message], subject: str, severity: Severity, *, source_key: str
) -> Ticket:
    first = next(row for row in moving if row.direction == IN)
    began = first.sent_at
    return Ticket(
        account_id=ticket.account_id,
        order_id=ticket.order_id,
        version_id=ticket.version_id,
        plan_id=ticket.plan_id,
        agreed=ticket.agreed,
        entitled=ticket.entitled,
        requester=first.client,
        channel=Ticket.Channel.EMAIL if first.mail_id else ticket.channel,
        severity=severity,
        service_id=ticket.service_id,
        desk=ticket.desk,
        assignee_id=ticket.assignee_id,
        subject=" ".join(subject.split())[:250],
        registered_at=began,
        latest_at=began,
        work_at=began,
        source_key=source_key,
    )


def _tell_anew(
    ticket: Ticket, new: Ticket, moving: Sequence[Message], *, by: User, at: datetime
) -> None:
    """Write what happened so far into the new ticket's log, each at its own instant."""
    inside = contracts.standard_hours(new.version_id).is_open(new.registered_at)
    facts = {
        "severity": new.severity.key,
        "channel": new.channel,
        "arrival": "INSIDE" if inside else "OUTSIDE",
        "split_from": ticket.number,
        "pk": ticket.pk,
    }
    log = [Event(kind=Kind.REGISTERED, at=new.registered_at, by=by, facts=facts)]
    for event in [*log, *_since(ticket, new, moving)]:
        new.latest_at = max(new.latest_at, event.at)
        event.ticket, event.at, event.recorded_at = new, new.latest_at, at
        event.save()


def _since(ticket: Ticket, new: Ticket, moving: Sequence[Message]) -> Iterator[Event]:
    """Yield what the messages after the first one were, in order."""
    before = Event.objects.filter(ticket__in=_family(ticket), kind__in=ANSWERS)
    answers = list(before.order_by("pk"))
    first = next(row for row in moving if row.direction == IN)
    for message in moving[moving.index(first) + 1 :]:
        if message.direction == IN:
            facts: dict[str, Any] = {"message": message.pk}
            yield Event(kind=Kind.CLIENT_REPLIED, at=message.sent_at, facts=facts)
        for was in answers:
            if was.facts.get("message") == message.pk:
                yield Event(kind=was.kind, at=was.at, by_id=was.by_id, facts=was.facts)


def _family(ticket: Ticket) -> list[int]:
    """Return the keys of the ticket and of all that were merged into it: their logs tell, too."""
    family, latest = [ticket.pk], [ticket.pk]
    while latest:
        merged = Ticket.objects.filter(merged_into__in=latest)
        latest = list(merged.values_list("pk", flat=True))
        family += latest
    return family


def _give(new: Ticket, *, to: User | None, at: datetime) -> None:
    """Say on whose desk the new ticket lies: where the old one does."""
    if to is not None:
        facts = {"to": str(to)} | ({"desk": new.desk} if new.desk == Ticket.Desk.TAM else {})
        record(ticket=new, kind=Kind.ASSIGNED, at=at, facts=facts)
