"""The views of the queue: which tickets each shows, in which order, and why a row stands there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.contracts.models import User
from apps.contracts.rules.terms import Terms
from apps.tickets.admin.queue_counts import Counted
from apps.tickets.models import Deadline, Ticket
from apps.tickets.queries import newest_spoken_of
from apps.tickets.queries.row_order import RowOrder
from apps.tickets.rules.explain import Step, instant
from apps.tickets.rules.order_of_work import place_of
from apps.tickets.rules.promise import PROVIDERS

State, Verdict = Ticket.State, Deadline.Verdict
UNCLOSED = [state for state in State if state != State.CLOSED]
OURS = [State.OPEN, State.ANSWERED]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to sort tickets: by which columns, and what a row says of its place.

    ``key_of`` gives a loaded ticket's key, of these ``kinds``; ``why`` its place in a step, or
    nothing.
    """

    order: RowOrder
    kinds: Sequence[type]
    key_of: Callable[[Any], tuple[Any, ...]]
    why: Callable[[Any, Terms], Step | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for, by whom: so many of these tickets, after a key or before it."""

    tickets: Any
    me: User
    limit: int
    key: tuple[Any, ...] | None = None
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A list of the queue. ``lists`` returns what it shows of what it is asked for.

    Several lists are put together in the view's order, each read by an index of its own.
    """

    way: Way
    lists: Callable[[Asked], Sequence[QuerySet]]


@dataclass(frozen=True, slots=True)
class Tab:
    """A view with a name of its own, and what counts its tickets."""

    key: str
    title: str
    view: View
    counted: Callable[[User], Counted]


def _place(ticket: Ticket, terms: Terms) -> Step:
    """Return why a ticket stands where its row says that it does."""
    by_arrival = ticket.work_at == ticket.registered_at
    place = place_of(
        severity=ticket.severity.key,
        registered_at=ticket.registered_at,
        resolution_due_at=None if by_arrival else ticket.work_at,
        terms=terms,
    )
    return place.why


def _provider(ticket: Ticket, state: str) -> Iterable[Deadline]:
    return (
        row
        for row in ticket.deadlines.all()
        if row.state == state and row.kind in PROVIDERS and row.due_at
    )


def _due_key(deadline: Deadline) -> tuple[Any, ...]:
    return deadline.due_at, deadline.pk


def _next_due(ticket: Ticket) -> Deadline | None:
    return min(_provider(ticket, Verdict.OPEN), key=_due_key, default=None)


def _latest_miss(ticket: Ticket) -> Deadline | None:
    return max(_provider(ticket, Verdict.MISSED), key=_due_key, default=None)


def _why_due(ticket: Ticket, terms: Terms) -> Step | None:
    return _of_deadline(_next_due(ticket), "{kind} is due {due_at}.")


def _why_missed(ticket: Ticket, terms: Terms) -> Step | None:
    return _of_deadline(_latest_miss(ticket), "{kind} was missed: it was due {due_at}.")


def _of_deadline(deadline: Deadline | None, text: str) -> Step | None:
    if deadline is None or deadline.due_at is None:  # settled between two statements
        return None
    figures = {"kind": deadline.get_kind_display(), "due_at": instant(deadline.due_at)}
    return Step(deadline.clause, text, figures)


def _key_of_deadline(deadline: Deadline | None) -> tuple[Any, ...]:
    return _due_key(deadline) if deadline else ()


BY_WORK = Way(
    order=RowOrder(("work_band", "work_at", "pk")),
    kinds=(int, datetime, int),
    key_of=lambda ticket: (ticket.work_band, ticket.work_at, ticket.pk),
    why=_place,
)
NOBODYS = replace(BY_WORK, order=RowOrder(("work_band", "work_at", "pk"), leading=("assignee_id",)))
BY_DUE = Way(
    order=RowOrder(("place_at", "place_pk")),
    kinds=(datetime, int),
    key_of=lambda ticket: _key_of_deadline(_next_due(ticket)),
    why=_why_due,
)
BY_MISS = Way(
    order=RowOrder(("place_at", "place_pk"), is_newest_first=True),
    kinds=(datetime, int),
    key_of=lambda ticket: _key_of_deadline(_latest_miss(ticket)),
    why=_why_missed,
)
NEWEST = Way(
    order=RowOrder(("pk",), is_newest_first=True),
    kinds=(int,),
    key_of=lambda ticket: (ticket.pk,),
    why=lambda ticket, terms: None,
)
FOUND = replace(NEWEST, order=RowOrder(("place",), is_newest_first=True))


def _promised(state: str) -> dict[str, Any]:
    """Return what we owe in a state, on tickets that are not closed, as the indexes have it."""
    return {"state": state, "in_work": True, "kind__in": [*PROVIDERS]}


def _by_deadline(state: str, *, is_latest: bool) -> Callable[[Asked], Sequence[QuerySet]]:
    """Return what lists each ticket once, by its first deadline of a state, or its latest."""

    def lists(asked: Asked) -> Sequence[QuerySet]:
        promised = {f"deadlines__{name}": value for name, value in _promised(state).items()}
        rows = asked.tickets.filter(**promised, deadlines__due_at__isnull=False).annotate(
            place_at=F("deadlines__due_at"), place_pk=F("deadlines__pk")
        )
        side = "gt" if is_latest else "lt"
        closer = Q(**{f"due_at__{side}": OuterRef("place_at")}) | Q(
            **{"due_at": OuterRef("place_at"), f"pk__{side}": OuterRef("place_pk")}
        )
        others = Deadline.objects.filter(closer, ticket=OuterRef("pk"), **_promised(state))
        return [rows.filter(~Exists(others))]

    return lists


def _of_states(*states: str) -> View:
    return View(BY_WORK, lambda asked: [asked.tickets.filter(status=state) for state in states])


def _tab_of_states(key: str, title: str, *states: str) -> Tab:
    rows = Ticket.objects.filter(status__in=states)
    return Tab(key, title, _of_states(*states), lambda me: Counted(rows))


def _tab_of_assignee(
    key: str, title: str, of: Callable[[User], int | None], way: Way = BY_WORK
) -> Tab:
    def of_assignee(tickets: Any, me: User) -> QuerySet:
        return tickets.unclosed().filter(assignee=of(me))

    view = View(way, lambda asked: [of_assignee(asked.tickets, asked.me)])
    return Tab(key, title, view, lambda me: Counted(of_assignee(Ticket.objects, me)))


def _tab_of_deadlines(key: str, title: str, way: Way, state: str) -> Tab:
    falling = "-" if way.order.is_newest_first else ""
    # In the order of the index that has them, which knows their tickets too.
    rows = Deadline.objects.filter(due_at__isnull=False, **_promised(state)).order_by(
        f"{falling}due_at", f"{falling}pk"
    )
    view = View(way, _by_deadline(state, is_latest=way.order.is_newest_first))
    return Tab(key, title, view, lambda me: Counted(rows, each="ticket", most_each=len(PROVIDERS)))


OURS_FIRST = _tab_of_states("ours", "Our turn", *OURS)
NOT_CLOSED = _tab_of_states("open", "All not closed", *UNCLOSED)
TABS: Mapping[str, Tab] = {
    tab.key: tab
    for tab in [
        OURS_FIRST,
        _tab_of_assignee("mine", "Mine", lambda me: me.pk),
        _tab_of_assignee("unassigned", "Unassigned", lambda me: None, NOBODYS),
        _tab_of_deadlines("due", "Next due", BY_DUE, Verdict.OPEN),
        _tab_of_deadlines("missed", "Missed", BY_MISS, Verdict.MISSED),
        _tab_of_states("waiting", "Waiting on client", State.WAITING),
        _tab_of_states("closure", "Awaiting closure", State.SOLVED, State.ANSWERED),
        _tab_of_states("suspended", "Suspended", State.SUSPENDED),
        NOT_CLOSED,
    ]
}


def of_status(status: str) -> View:
    """Return the list of a status; what is closed, and everything together, the newest first."""
    if status in UNCLOSED:
        return _of_states(status)
    # The filter of that name has narrowed the tickets already.
    return View(NEWEST, lambda asked: [asked.tickets])


def of_search(text: str, *, is_narrowed: bool) -> View:
    """Return the list of what a search finds, the newest first. ``is_narrowed``: filters are on."""

    def lists(asked: Asked) -> Sequence[QuerySet]:
        numbered = asked.tickets.numbered(text)
        if not numbered.query.is_empty() and numbered.exists():
            return [numbered.annotate(place=F("pk"))]
        among = asked.tickets.order_by() if is_narrowed else None
        key = asked.key[0] if asked.key else None
        return newest_spoken_of(
            text, among=among, key=key, is_back=asked.is_back, limit=asked.limit
        )

    return View(FOUND, lists)
