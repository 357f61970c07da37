"""New hours for a calendar: in force at once, and the open deadlines counted anew.

What is to be done stands in the rows: an open deadline that was counted with an earlier revision
than the newest. Whoever comes first counts it, a worker, the sweep or the command; a second run
finds nothing. Until then it is held: the sweep finds no miss by hours that are no longer in force.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.db import DataError, IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from kombu.pools import producers

from apps.contracts.models import CalendarRevision
from apps.contracts.services import calendar_revisions
from apps.outbox.enqueue import PATIENCE
from apps.tickets.models import Deadline, Ticket
from apps.tickets.services.counting import count_anew
from apps.tickets.services.record import lock

logger = logging.getLogger(__name__)

BATCH = 200
MOST_COUNTED = 10_000
# By name, because tasks import services.
TASK = "apps.tickets.tasks.recompute_deadlines"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many tickets were counted anew, and how many could not be: each is in the log."""

    tickets: int = 0
    stuck: int = 0


@transaction.atomic
def publish_hours(*, revision: CalendarRevision, seen: str, at: datetime) -> int:
    """Put a draft revision into force, and hold the open deadlines that it may move.

    Returns how many are to be counted anew. ``seen`` is the fingerprint of the draft that was
    looked at.

    Clause: S-2, V-4.

    :raises Refused: see ``calendar_revisions.publish_revision``.
    """
    calendar_revisions.publish_revision(revision=revision, seen=seen, at=at)
    open_ones = Deadline.objects.open().filter(calendar_id=revision.calendar_id)
    # In the order in which an act locks its ticket's deadlines: neither waits for the other.
    in_order = open_ones.order_by("ticket_id", "pk").select_for_update(no_key=True)
    list(in_order.values_list("pk"))
    held = open_ones.update(next_at=None)
    if held:
        transaction.on_commit(_send_nudge, robust=True)
    return held


def recompute_deadlines(
    *, at: datetime, calendar_id: int | None = None, limit: int | None = None
) -> Recomputed:
    """Count every open deadline anew whose calendar has newer hours than it was counted with.

    ``calendar_id``: of that calendar only. ``limit``: so many tickets at most. Each ticket is a
    transaction of its own; one that cannot be counted holds up no other, and is tried again by
    the next run. May run late, twice, or on many workers at once.

    Clause: S-2, V-4, R-14.
    """
    done = stuck = 0
    for ticket_id in _tickets_to_recompute(calendar_id):
        if limit is not None and done + stuck >= limit:
            break
        try:
            done += _recompute(ticket_id, at=at)
        except (ValueError, DataError, IntegrityError):
            logger.exception("The deadlines of ticket %s cannot be counted anew", ticket_id)
            stuck += 1
    return Recomputed(done, stuck)


def still_to_recompute(calendar_id: int) -> int:
    """Return how many open deadlines of a calendar wait to be counted anew, up to a cap."""
    revision_id = dict(_revised(calendar_id)).get(calendar_id)
    if revision_id is None:
        return 0
    return _behind(calendar_id, revision_id).order_by()[:MOST_COUNTED].count()


def _tickets_to_recompute(calendar_id: int | None) -> Iterator[int]:
    for revised_id, revision_id in _revised(calendar_id):
        behind = _behind(revised_id, revision_id).order_by("ticket_id")
        last = 0
        while True:
            tickets = behind.filter(ticket_id__gt=last).values_list("ticket_id", flat=True)
            batch = list(tickets.distinct()[:BATCH])
            if not batch:
                break
            yield from batch
            last = batch[-1]


def _revised(calendar_id: int | None = None) -> list[tuple[int, int]]:
    """Return (calendar, newest published revision) of the calendars that had others before.

    One draft at a time is made of a calendar, so revisions are as new as their keys.
    """
    later = CalendarRevision.objects.filter(number__gt=1, published_at__isnull=False)
    if calendar_id is not None:
        later = later.filter(calendar_id=calendar_id)
    newest = later.order_by("calendar_id").values("calendar_id").annotate(newest=Max("pk"))
    return list(newest.values_list("calendar_id", "newest"))


def _behind(calendar_id: int, revision_id: int) -> QuerySet[Deadline]:
    earlier = Q(hours=None) | Q(hours__lt=revision_id)
    return Deadline.objects.open().filter(earlier, calendar_id=calendar_id)


@transaction.atomic
def _recompute(ticket_id: int, *, at: datetime) -> int:
    """Count one ticket's deadlines anew; 0: somebody else has done it, or the ticket is away."""
    ticket = lock(Ticket(pk=ticket_id))
    newest = dict(_revised())
    behind = any(
        row.calendar_id in newest and (row.hours_id or 0) < newest[row.calendar_id]
        for row in ticket.deadlines.all()
        if row.state == Deadline.Verdict.OPEN
    )
    if behind:
        count_anew(ticket=ticket, at=at)
    return int(behind)


# A function and not a partial: Django 5.2 logs a failed robust hook by its __qualname__.
def _send_nudge() -> None:
    """Put the task on the broker's queue; where the broker is down, the sweep comes anyway."""
    broker = current_app.connection_for_write(transport_options=PATIENCE)
    with producers[broker].acquire(block=True, timeout=1) as producer:
        current_app.send_task(TASK, producer=producer, retry=False)
