"""Two of ours on one ticket: each sees the other, and neither speaks over the other unheard."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from apps.contracts.models import User
from apps.tickets.models import Event, Ticket, Viewer
from apps.tickets.rules.history import Kind
from apps.tickets.services.record import Refused, lock

SEEN_FOR = timedelta(seconds=45)  # three polls of a page
KEPT_FOR = timedelta(hours=1)
# What makes a person think again about what they were about to send.
WEIGHTY = [
    Kind.ASSIGNED,
    Kind.RESPONDED,
    Kind.ASKED_CLIENT,
    Kind.CLIENT_REPLIED,
    Kind.SEVERITY_CHANGED,
    Kind.DISPUTED,
    Kind.STEPPED_DOWN,
    Kind.WORKAROUND_GIVEN,
    Kind.SOLVED,
    Kind.CONFIRMED,
    Kind.REFUSED,
    Kind.JUDGED,
    Kind.SUSPENDED,
    Kind.RESUMED,
    Kind.MERGED,
    Kind.JOINED,
    Kind.SPLIT,
    Kind.CLOSED,
    Kind.REOPENED,
]
# What may follow in the very act that brings it about, without anybody's name.
FOLLOWS = (Kind.STEPPED_DOWN, Kind.CLOSED)


class Overtaken(Refused):
    """Others acted on the ticket since the page was made. ``events``: what they did, in order."""

    def __init__(self, events: Sequence[Event]) -> None:
        what = ", ".join(event.get_kind_display() for event in events)
        super().__init__(
            f"Others were faster: {what}. Read it, and send yours again if it still fits."
        )
        self.events = events


class GoesOnElsewhere(Refused):
    """The ticket was merged into another one."""

    def __init__(self, ticket: Ticket, into: Ticket) -> None:
        super().__init__(
            f"{ticket.number} was merged and goes on as {into.number}. Do this there.",
            clause="V-8.1.4",
        )
        self.into = into


@contextmanager
def acting_on(
    ticket: Ticket, *, by: User, seen: int | None = None, on_merged: bool = False
) -> Iterator[None]:
    """Hold the ticket for an act, whose transaction this is, if the act is still in place.

    ``seen`` is the key of the latest event that the person saw; None: they need not have seen
    any. Of two who send at the same instant the second is told of the first. ``on_merged``: the
    act fits a ticket that was merged away, too.

    :raises Overtaken: others did something of weight since.
    :raises GoesOnElsewhere: the ticket was merged into another one.
    """
    with transaction.atomic():
        held = lock(ticket)
        if held.merged_into is not None and not on_merged:
            raise GoesOnElsewhere(held, held.merged_into)
        if seen is not None:
            _hear(held, by=by, seen=seen)
        yield


def _hear(ticket: Ticket, *, by: User, seen: int) -> None:
    since = ticket.events.filter(pk__gt=seen, kind__in=WEIGHTY)
    events = list(since.select_related("by").order_by("pk"))
    own = {event.recorded_at for event in events if event.by_id == by.pk}
    others = [event for event in events if not _is_own(event, by, own)]
    if others:
        raise Overtaken(others)


def _is_own(event: Event, by: User, own: Collection[datetime]) -> bool:
    """Tell whether they did it: by themselves, or as what follows by itself in the same act."""
    return event.by_id == by.pk or (event.kind in FOLLOWS and event.recorded_at in own)


def note_viewer(*, ticket: Ticket, user: User, is_writing: bool, at: datetime) -> None:
    """Write down that somebody has the ticket's page open. One statement."""
    Viewer.objects.bulk_create(
        [Viewer(ticket=ticket, user=user, seen_at=at, is_writing=is_writing)],
        update_conflicts=True,
        unique_fields=["ticket", "user"],
        update_fields=["seen_at", "is_writing"],
    )


def others_at(ticket: Ticket, *, than: User, at: datetime) -> list[Viewer]:
    """Return who else has the ticket's page open, longest known first."""
    rows = ticket.viewers.filter(seen_at__gte=at - SEEN_FOR).exclude(user=than)
    return list(rows.select_related("user").order_by("pk"))


def forget_viewers(*, at: datetime) -> int:
    """Remove those who left long ago; return how many."""
    return Viewer.objects.filter(seen_at__lt=at - KEPT_FOR).delete()[0]
