"""Which tickets a person's list has, where the latest activity is first.

Each order, or each person who sees only their own, and each status is a list of its own, read by an
index no further than the page needs; the lists are put together. So a page costs what it shows,
however many tickets there are.

Clause: V-3.5.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from apps.contracts.models import Severity
from apps.contracts.queries.catalogue import catalogue
from apps.portal.queries.seats import Seat
from apps.portal.queries.tickets.turns import TURNS, UNCLOSED, YOURS
from apps.tickets.models import SearchText, Ticket
from apps.tickets.queries import row_keys, shown_of
from apps.tickets.queries.readable import LATEST, Place, lists_of, places_in
from apps.tickets.queries.row_order import first_of

PAGE = 25
NEAR = 400  # tickets that are looked through for words, the latest first, before the index is asked
STATES: Mapping[str, Sequence[str]] = {
    "open": UNCLOSED,
    "yours": YOURS,
    "closed": [Ticket.State.CLOSED],
    "all": list(TURNS),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. ``severity`` is a label; ``words`` are looked for in what is read.

    ``place``: where the page begins; ``is_back``: where it ends instead.
    """

    statuses: Sequence[str] = field(default_factory=lambda: UNCLOSED)
    severity: str = ""
    is_mine: bool = False
    words: str = ""
    place: Place | None = None
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of tickets in their order; where the pages beside it begin, empty: there is none."""

    keys: Sequence[int]
    previous: str = ""
    next: str = ""


def page_of(seat: Seat, asked: Asked, *, size: int = PAGE) -> Page:
    """Return the page of the tickets that a person may read.

    Clause: V-3.5.
    """
    found = _read(seat, asked, limit=size + 1)
    more = len(found) > size
    if asked.is_back and not more:
        # Less than a page is left before it: that is where the list begins.
        return page_of(seat, _from_start(asked), size=size)
    if asked.place and not found:
        return page_of(seat, _from_start(asked), size=size)
    shown = found[1:] if asked.is_back else found[:size]
    return Page(
        keys=[pk for _, pk in shown],
        previous=row_keys.written(shown[0]) if asked.place and shown else "",
        next=row_keys.written(shown[-1]) if (more or asked.is_back) and shown else "",
    )


def severities_of(seat: Seat) -> Sequence[str]:
    """Return the labels of the severities that the person's orders have, the worst first."""
    rows = [row for order in seat.orders for row in catalogue(order.version_id).severities]
    return list(dict.fromkeys(row.label for row in sorted(rows, key=lambda row: row.rank)))


def _from_start(asked: Asked) -> Asked:
    return Asked(asked.statuses, asked.severity, asked.is_mine, asked.words)


def _read(seat: Seat, asked: Asked, *, limit: int) -> list[Place]:
    """Return the places of so many tickets, in the order of the list."""
    if asked.words:
        found = _with_words(seat, asked, limit=limit)
    else:
        lists = list(_lists(seat, asked))
        found = _places(lists, asked, limit=limit)
    return sorted(found, reverse=True)


def _places(lists: Sequence[QuerySet[Ticket]], asked: Asked, *, limit: int) -> list[Place]:
    return places_in(lists, after=asked.place, is_back=asked.is_back, limit=limit)


def _lists(seat: Seat, asked: Asked) -> Iterator[QuerySet[Ticket]]:
    severities = _severity_keys(seat, asked.severity) if asked.severity else None
    people = seat.people.values()
    return lists_of(people, asked.statuses, severities=severities, is_mine=asked.is_mine)


def _severity_keys(seat: Seat, label: str) -> Collection[int]:
    """Return the severities of that label, of whatever version tickets were registered under."""
    policies = {order.version.policy_id for order in seat.orders}
    rows = Severity.objects.filter(version__policy__in=policies, label=label)
    return list(rows.values_list("pk", flat=True))


def _with_words(seat: Seat, asked: Asked, *, limit: int) -> list[Place]:
    """Return those on which the words are.

    Words that are on many tickets are on some of the latest: those are looked through first. Only
    where they do not fill the page, the index of words is asked, which reads all that it finds.
    """
    fitting = shown_of(asked.words, orders=list(seat.people))
    near = first_of(
        list(_lists(seat, asked)), LATEST, key=asked.place, is_back=asked.is_back, limit=NEAR
    )
    if near is None or fitting.query.is_empty():
        return []
    found = _words_among(fitting.filter(ticket__in=near), asked, limit=limit)
    if len(found) == limit:
        return found
    of_all = shown_of(asked.words, orders=list(seat.people), found_first=True)
    return _words_among(_chosen(of_all, seat, asked), asked, limit=limit)


def _words_among(rows: QuerySet[SearchText], asked: Asked, *, limit: int) -> list[Place]:
    placed = rows.annotate(at=F("ticket__latest_at"))
    page = LATEST.beyond(placed, key=asked.place, is_back=asked.is_back, limit=limit)
    return list(page.values_list("at", "pk"))


def _chosen(rows: QuerySet[SearchText], seat: Seat, asked: Asked) -> QuerySet[SearchText]:
    """Return those of the rows that the person may read and asks for.

    What each is of is compared as a sum: no index is asked for all the tickets of an order, of
    which a prepared statement does not know that there are fifty thousand.
    """
    rows = rows.alias(of_order=_plain("ticket__order_id"), asker=_plain("ticket__requester_id"))
    people = seat.people.values()
    seen = [person.order_id for person in people if person.sees_all_tickets]
    rows = rows.filter(
        Q(of_order__in=seen) | Q(asker__in=[person.pk for person in people]),
        of_order__in=list(seat.people),
        ticket__status__in=asked.statuses,
    )
    if asked.severity:
        rows = rows.alias(level=_plain("ticket__severity_id"))
        rows = rows.filter(level__in=_severity_keys(seat, asked.severity))
    if asked.is_mine:
        rows = rows.filter(asker__in=[person.pk for person in people])
    return rows


def _plain(name: str) -> Combinable:
    return ExpressionWrapper(F(name) + Value(0), output_field=BigIntegerField())
