"""What an order's status report says, and when the last one was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.contracts import queries as contracts
from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.queries.roles import is_in
from apps.outbox.models import Message
from apps.tickets.models import Deadline, Event, Ticket
from apps.tickets.queries.people import DUTY_MANAGERS

TOPIC = "order.status_report"
MOST = 200  # tickets of one report
MOST_COUNTED = 10_000
State, What = Ticket.State, Event.What
# Whose turn it is, in the words of the client who reads it.
TURNS = (
    ("On our side", [State.OPEN, State.ANSWERED]),
    ("On your side", [State.WAITING, State.SOLVED]),
    ("Suspended", [State.SUSPENDED]),
)
# What was done that concerns the client: no notes, and nothing that only we look at.
DONE = [
    *(What.REGISTERED, What.RESPONDED, What.ASKED_CLIENT, What.CLIENT_REPLIED),
    *(What.SEVERITY_CHANGED, What.DISPUTED, What.DISPUTE_DECIDED, What.HANDED_OUT),
    *(What.HANDED_BACK, What.WORKAROUND_GIVEN, What.SOLVED, What.CONFIRMED, What.REFUSED),
    *(What.JUDGED, What.STEPPED_DOWN, What.RFO_ISSUED, What.SUSPENDED, What.RESUMED),
    *(What.MERGED, What.JOINED, What.SPLIT, What.REOPENED),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One open ticket: what falls due next, if anything, and what was last done."""

    ticket: Ticket
    due: Deadline | None
    done: Event | None


@dataclass(frozen=True, slots=True)
class Report:
    """The open tickets of an order by whose turn it is, and how many more there are."""

    turns: Sequence[tuple[str, Sequence[Line]]]
    more: int


@dataclass(frozen=True, slots=True)
class LastReport:
    """When a report was sent, and by whom; None: they are gone."""

    sent_at: datetime
    by: User | None


def status_report(order: Order) -> Report:
    """Read the open tickets of an order: in so many queries for any number of them.

    Clause: V-6.1.
    """
    opened = Ticket.objects.unclosed().filter(account=order.account_id, order=order)
    rows = list(_with_latest(opened).order_by("severity__rank", "registered_at", "pk")[:MOST])
    count = len(rows) if len(rows) < MOST else opened.order_by()[:MOST_COUNTED].count()
    dues = Deadline.objects.in_bulk([row.due_id for row in rows if row.due_id])
    done = Event.objects.in_bulk([row.done_id for row in rows if row.done_id])
    turns = [
        (
            words,
            [
                Line(row, dues.get(row.due_id), done.get(row.done_id))
                for row in rows
                if row.status in states
            ],
        )
        for words, states in TURNS
    ]
    return Report([turn for turn in turns if turn[1]], count - len(rows))


def last_reports(orders: Sequence[Order]) -> Mapping[int, LastReport]:
    """Return order's key -> its last report, for those that have one; in two queries.

    The outbox is the record: each report is a message to each of the people.

    Clause: V-6.1.
    """
    latest = Q()
    for order in orders:
        sent = Message.objects.filter(topic=TOPIC, key__startswith=key_of(order))
        # A limit inside of a subquery is one that SQLite takes too.
        latest |= Q(pk__in=sent.order_by("-pk").values("pk")[:1])
    found = Message.objects.filter(latest) if orders else ()
    sent_by = {row.payload["order_id"]: row for row in found}
    people = User.objects.in_bulk({row.payload["by_id"] for row in sent_by.values()})
    return {
        pk: LastReport(row.created_at, people.get(row.payload["by_id"]))
        for pk, row in sent_by.items()
    }


def orders_to_report(
    orders: Sequence[Order],
    by: User,
    *,
    at: datetime,
    tams: Mapping[int, TamAssignment] | None = None,
) -> set[int]:
    """Return the keys of those orders on which somebody may report: of their TAM of now, or all.

    Duty managers may report on all, and so may superusers. ``tams`` are the orders' TAMs of now,
    if they were read already.

    Clause: V-6.1.
    """
    if not by.is_active:
        return set()
    if by.is_superuser or is_in(by, DUTY_MANAGERS):
        return {order.pk for order in orders}
    if tams is None:
        tams = contracts.tams_now(orders, at=at)
    return {pk for pk, tam in tams.items() if tam.tam_id == by.pk}


def key_of(order: Order) -> str:
    """Return how the keys of all messages of an order's reports begin."""
    return f"order:{order.pk}:status_report:"


def _with_latest(tickets: QuerySet) -> QuerySet:
    due = Deadline.objects.open().filter(ticket=OuterRef("pk"), due_at__isnull=False)
    done = Event.objects.filter(ticket=OuterRef("pk"), kind__in=DONE)
    return tickets.select_related("severity").annotate(
        due_id=Subquery(due.order_by("due_at", "pk").values("pk")[:1]),
        done_id=Subquery(done.order_by("-pk").values("pk")[:1]),
    )
