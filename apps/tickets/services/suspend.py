"""Suspending support for a ticket, and going on where its clocks stood."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.contracts.models import Reason, Rule, Standing, User
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind, Status
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.record import Refused, record, settle

logger = logging.getLogger(__name__)

SUSPENDED = [Standing.State.SUPPORT_SUSPENDED, Standing.State.DASHBOARD_SUSPENDED]
BATCH = 500
# No clause suspends by hand; this reading says what it does to the clocks.
BY_HAND = "R-13"


@transaction.atomic
def suspend(*, ticket: Ticket, why: str, clause: str, at: datetime, by: User | None = None) -> None:
    """Stop work on a ticket and its clocks, and tell the requester why. Suspended again: nothing.

    ``clause`` is what it rests on; "": a person decided it, and what it does is the reading's.

    Clause: S-12, R-13, R-16.

    :raises Refused: the ticket is closed, or nobody says why.
    """
    ticket = hold(ticket=ticket, at=at)
    if ticket.status == Status.SUSPENDED:
        return
    if ticket.status == Status.CLOSED:
        raise Refused(
            f"{ticket.number} is closed: there is nothing to suspend.", clause="S-12, R-13"
        )
    if not why.strip():
        raise Refused("Say why: the client is shown the reason.")
    facts = {"why": why.strip(), "clause": clause or BY_HAND}
    event = record(ticket=ticket, kind=Kind.SUSPENDED, at=at, by=by, facts=facts)
    settle(ticket=ticket)
    _tell("ticket.suspended", ticket, event, at)


@transaction.atomic
def resume(*, ticket: Ticket, why: str, at: datetime, by: User | None = None) -> None:
    """Go on with a suspended ticket: its clocks take up where they stood. Not suspended: nothing.

    Clause: S-12, R-13.
    """
    ticket = hold(ticket=ticket, at=at)
    if ticket.status != Status.SUSPENDED:
        return
    facts = {"why": why.strip()}
    event = record(ticket=ticket, kind=Kind.RESUMED, at=at, by=by, facts=facts)
    settle(ticket=ticket)
    _tell("ticket.resumed", ticket, event, at)


def follow_standings(*, at: datetime, most: int = BATCH) -> int:
    """Suspend and resume tickets as their accounts' standings say; return how many changed.

    It takes at most so many that are to be suspended, and as many that are to go on.

    It is for what the transaction that moved a standing did not take along, such as a ticket that
    was classified since. A second run finds nothing.

    Clause: S-12, R-6, R-13.
    """
    return _follow(Ticket.objects.unclosed(), most=most, at=at)


def follow_accounts(*, accounts: Collection[int], at: datetime) -> int:
    """Do the same for all tickets of some accounts, in the caller's transaction.

    Clause: S-12, R-6, R-13.
    """
    return _follow(Ticket.objects.unclosed().filter(account__in=accounts), most=None, at=at)


def _follow(open_ones: QuerySet[Ticket], *, most: int | None, at: datetime) -> int:
    """Bring open tickets in line with their accounts' standings.

    Suspended are those of suspended accounts whose category is not service-related; one without a
    category waits until somebody has classified it. The clocks of tickets whose policy does not
    stop them run on, and so do the tickets.
    """
    stopping = Rule.objects.filter(key="delinquency", terms__stops_clocks=True)
    parked = Reason.objects.filter(kind=Reason.Kind.CATEGORY, terms__service_related=False)
    due = Q(
        account__standing__state__in=SUSPENDED,
        category__in=parked,
        version__in=stopping.values("version"),
    )
    open_ones = open_ones.order_by("pk")
    to_suspend = open_ones.filter(due).exclude(status=Status.SUSPENDED)
    to_resume = open_ones.filter(status=Status.SUSPENDED).exclude(
        pk__in=open_ones.filter(due, status=Status.SUSPENDED).order_by().values("pk")
    )
    # What a person suspended, a person resumes. (In the query: else these would fill a batch.)
    stopped = Event.objects.filter(ticket=OuterRef("pk"), kind=Event.What.SUSPENDED)
    to_resume = to_resume.annotate(stopped_by=Subquery(stopped.order_by("-pk").values("by")[:1]))
    to_resume = to_resume.filter(stopped_by__isnull=True)
    changed = 0
    for ticket in to_suspend.select_related("account__standing")[:most]:
        standing = ticket.account.standing
        changed += _try(ticket, suspend, why=standing.why, clause=standing.clause, at=at)
    for ticket in to_resume[:most]:
        changed += _try(ticket, resume, why="The account is in good standing again.", at=at)
    return changed


def _try(ticket: Ticket, act: object, **facts: object) -> int:
    try:
        act(ticket=ticket, **facts)  # type: ignore[operator]
    except (Refused, ValueError, DataError, IntegrityError):
        logger.exception("Ticket %s does not follow its account's standing", ticket.pk)
        return 0
    return 1


def _tell(topic: str, ticket: Ticket, event: Event, at: datetime) -> None:
    if is_plain_address(ticket.requester.email):
        enqueue(
            topic=topic,
            key=f"{topic}:{event.pk}",
            recipient=ticket.requester.email,
            payload={"event_id": event.pk},
            at=at,
            message_id=mail_id(ticket.pk, f"event-{event.pk}"),
        )
