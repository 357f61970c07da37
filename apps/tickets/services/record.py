"""Writing down what happened, and bringing the promises in step with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from apps.contracts.models import User
from apps.contracts.queries.hours import hours_beside
from apps.contracts.services.orders import sign
from apps.outbox.bulk import Checked, Statement
from apps.outbox.compiled import Compiled
from apps.tickets.models import Deadline, Event, Ticket, Watcher
from apps.tickets.rules.history import Happening, Kind
from apps.tickets.services.counting import count_anew
from apps.tickets.services.hooked import HOOKED
from apps.tickets.services.notice import tell_watchers


class Refused(Exception):
    """The act does not fit the ticket as it is. The message says what to do instead.

    ``clause``: on which clauses that rests, of whatever policies have it; "": on none.
    """

    def __init__(self, words: str, *, clause: str = "") -> None:
        super().__init__(words)
        self.clause = clause


def lock(ticket: Ticket) -> Ticket:
    """Return the ticket as it is now, held with its deadlines until the transaction ends.

    The sweep skips deadlines that are held, so that an act in time is not overtaken by the record
    of a miss; and where the sweep was first, the miss is on record before the act is judged. A
    weak lock (no_key) on the ticket lets the sweep write its event meanwhile: with a strong one
    each could wait for the other. ``is_watched`` and ``is_hooked`` come along, so that where
    nobody follows the ticket nothing is asked later.
    """
    return lock_all(ticket)[0]


def lock_all(ticket: Ticket) -> tuple[Ticket, list[Deadline]]:
    """Do the same, and return its deadlines too, each with the hours that count now."""
    found = _ticket.objects(pk=ticket.pk)
    if not found:
        raise Ticket.DoesNotExist(f"There is no ticket {ticket.pk}.")
    held = found[0]
    # Read under the lock on the ticket: who publishes hours counts it anew under that lock.
    return held, _deadlines.objects(ticket_id=held.pk, version_id=held.version_id)


_ticket = Compiled(
    lambda pk: (
        Ticket.objects.annotate(
            is_watched=Exists(Watcher.objects.filter(ticket=OuterRef("pk"))), is_hooked=HOOKED
        )
        .select_for_update(no_key=True)
        .filter(pk=pk)
    )
)
_deadlines = Compiled(
    lambda ticket_id, version_id: (
        Deadline.objects.filter(ticket=ticket_id)
        .annotate(hours_now=hours_beside(version_id))
        .order_by("pk")
        .select_for_update(no_key=True)
    )
)


def done_before(kind: Kind, act_key: str) -> bool:
    """Tell whether an act of that name was done: then it came twice, by a double click."""
    return Event.objects.filter(source_key=f"{kind}:{act_key}").exists()


def amend(*, ticket: Ticket, reason: str, at: datetime, by: User | None = None) -> None:
    """Say who amends a ticket, when and why, for the history row of the next save."""
    sign(ticket, reason=reason, by=by, at=at)


def record(
    *,
    ticket: Ticket,
    kind: Kind,
    at: datetime,
    by: User | None = None,
    facts: dict[str, Any] | None = None,
    source_key: str | None = None,
) -> Event:
    """Append to the log of a locked ticket; those of ours who watch it are told.

    A ticket's events are in the order of their instants: an act whose clock runs behind that of
    the event before it is dated to that event.
    """
    event = event_of(ticket=ticket, kind=kind, at=at, by=by, facts=facts, source_key=source_key)
    event.save(force_insert=True)
    tell_watchers(event)
    return event


def event_of(
    *,
    ticket: Ticket,
    kind: Kind,
    at: datetime,
    by: User | None = None,
    facts: dict[str, Any] | None = None,
    source_key: str | None = None,
) -> Event:
    """Return the next event of a locked ticket, which the caller writes; nobody is told."""
    ticket.latest_at = max(ticket.latest_at, at)
    return Event(
        ticket=ticket,
        kind=kind,
        at=ticket.latest_at,
        recorded_at=at,
        by=by,
        facts=facts or {},
        source_key=source_key,
    )


def settle(
    *,
    ticket: Ticket,
    history: Sequence[Happening] | None = None,
    pending: Sequence[Statement] = (),
    last: Checked | None = None,
) -> None:
    """Bring status and deadlines of a locked ticket in step with its history.

    A deadline that turns out to be missed, by an act that comes too late or a severity whose
    deadline has passed already, is recorded at once: the sweep need not have been faster.
    ``history`` is all that happened, where the caller knows it; ``pending`` is written as well, and
    ``last`` after it.
    """
    count_anew(ticket=ticket, at=ticket.latest_at, history=history, pending=pending, last=last)
