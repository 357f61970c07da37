"""All that the price of work rests on, read in a bounded number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from apps.billing.queries.prices import Prices, prices_of
from apps.billing.rules.fees import Finding, Stretch
from apps.billing.rules.findings import finding_of
from apps.billing.rules.sharing import TAM, Booking, Review, Work
from apps.contracts.models import Appointment, Order
from apps.escalation.queries import findings_of
from apps.escalation.rules.faults import review_owed_since
from apps.tickets.models import Event, Ticket, TimeEntry
from apps.tickets.rules.history import Happening, Kind

Family = Mapping[int, Sequence[int]]  # ticket -> those that were merged into it directly


@dataclass(frozen=True, slots=True)
class Worked:
    """Work that is rated together. ``key`` begins the keys of its events.

    ``label`` is what their titles end with.
    """

    key: str
    account_id: int
    order_id: int
    ticket_id: int | None
    version_id: int
    label: str
    work: Work
    prices: Prices


def of_tickets(pks: Collection[int]) -> list[Worked]:
    """Return the work on tickets, each with its terms, its review and the finding that counts.

    Clause: S-4, S-13, V-6.3.
    """
    rows = Ticket.objects.filter(pk__in=pks).select_related("category__clause", "category__reading")
    tickets = list(rows.order_by("pk"))
    if not tickets:
        return []
    prices = prices_of({ticket.version_id for ticket in tickets})
    stretches = _stretches(pks)
    reviewed = [
        ticket
        for ticket in tickets
        if prices[ticket.version_id].review and _has_ours(stretches[ticket.pk])
    ]
    families = _families([ticket.pk for ticket in tickets])
    owed = _owed_since(reviewed, families, prices)
    findings = findings_of(list({pk for family in families.values() for pk in family}))
    bookings = _bookings(tickets, prices)
    return [
        Worked(
            key=f"ticket:{ticket.pk}",
            account_id=ticket.account_id,
            order_id=ticket.order_id,
            ticket_id=ticket.pk,
            version_id=ticket.version_id,
            label=ticket.number,
            prices=prices[ticket.version_id],
            work=Work(
                stretches=stretches[ticket.pk],
                category=ticket.category.label if ticket.category else "",
                fee=(ticket.category.terms.get("fee") or "") if ticket.category else "",
                clause=_cites(ticket.category),
                review=_review(
                    prices[ticket.version_id], min(owed[ticket.pk].values(), default=None)
                ),
                finding=finding_of(
                    ticket.pk,
                    children=families[ticket.pk],
                    contacts=owed[ticket.pk],
                    findings={pk: Finding(row.finding) for pk, row in findings.items()},
                ),
                bookings=bookings.get(ticket.order_id, []),
            ),
        )
        for ticket in tickets
    ]


def apart_of_orders(pks: Collection[int]) -> list[Worked]:
    """Return the work apart from any ticket, by order and month; in an install's time, by that.

    Clause: S-2.1, V-6.3, R-11.
    """
    orders = {
        order.pk: order
        for order in Order.objects.filter(pk__in=pks).select_related("version").order_by("pk")
    }
    rows = TimeEntry.objects.filter(order__in=orders, ticket=None).order_by("started_at", "pk")
    entries = list(rows.values_list("order_id", "kind", "started_at", "minutes"))
    installs = _charged_installs(orders) if entries else {}
    versions = {order.version_id for order in orders.values()}
    versions |= {row.fee.version_id for rows in installs.values() for row in rows if row.fee}
    prices = prices_of(versions)
    found: list[Worked] = []
    for order_id, group in groupby(sorted(entries, key=itemgetter(0)), key=itemgetter(0)):
        order, left = orders[order_id], [_stretch(*row[1:]) for row in group]
        for row in installs.get(order_id, []):
            booking = _booking(row)
            inside, left = _cut(left, booking)
            if inside and row.fee is not None:
                found.append(_install(order, row, booking, inside, prices[row.fee.version_id]))
        found += _by_month(order, left, prices[order.version_id])
    return found


def _stretches(pks: Collection[int]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = TimeEntry.objects.filter(ticket__in=pks).order_by("started_at", "pk")
    columns = rows.values_list("ticket_id", "kind", "started_at", "minutes")
    for ticket_id, kind, started_at, minutes in columns:
        found[ticket_id].append(_stretch(kind, started_at, minutes))
    return found


def _stretch(kind: str, started_at: datetime, minutes: int) -> Stretch:
    starts_at = started_at.astimezone(UTC)
    return Stretch(starts_at, starts_at + timedelta(minutes=minutes), kind)


def _has_ours(stretches: Iterable[Stretch]) -> bool:
    return any(one.kind != TAM for one in stretches)


def _families(pks: Collection[int]) -> dict[int, Family]:
    """Return ticket -> itself and all that were merged into it: its work came from them, too.

    Each with those that were merged into it directly.
    """
    duplicates: dict[int, list[int]] = defaultdict(list)
    known, latest = set(pks), set(pks)
    while latest:
        merged = Ticket.objects.filter(merged_into__in=latest).order_by("pk")
        rows = list(merged.values_list("pk", "merged_into_id"))
        for pk, into in rows:
            duplicates[into].append(pk)
        latest = {pk for pk, _ in rows} - known
        known |= latest
    return {pk: {one: duplicates.get(one, []) for one in _family(pk, duplicates)} for pk in pks}


def _family(pk: int, duplicates: Mapping[int, Sequence[int]]) -> Iterator[int]:
    yield pk
    for other in duplicates.get(pk, ()):
        yield from _family(other, duplicates)


def _owed_since(
    tickets: Sequence[Ticket], families: Mapping[int, Family], prices: Mapping[int, Prices]
) -> dict[int, dict[int, datetime]]:
    """Return ticket -> the contacts to be reviewed: on it, or on those that it goes on for."""
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    members = {pk for ticket in tickets for pk in families[ticket.pk]}
    if not members:
        return found
    histories: dict[int, list[Happening]] = defaultdict(list)
    rows = Event.objects.filter(ticket__in=members).order_by("ticket", "pk")
    for ticket_id, kind, at, facts in rows.values_list("ticket_id", "kind", "at", "facts"):
        histories[ticket_id].append(Happening(Kind(kind), at, facts))
    for ticket in tickets:
        rule = prices[ticket.version_id].review
        if rule is None:
            continue
        hours = prices[ticket.version_id].policy.hours[rule.settings["outside_calendar"]]
        for pk in families[ticket.pk]:
            since = histories[pk] and review_owed_since(
                histories[pk], rule=rule, is_inside=hours.time.is_open
            )
            if since:
                found[ticket.pk][pk] = since
    return found


def _review(prices: Prices, since: datetime | None) -> Review | None:
    rule = prices.review
    if rule is None or since is None:
        return None
    settings = rule.settings
    return Review(rule.clause, settings["fee"], settings["bill_before_finding"], since)


def _bookings(tickets: Sequence[Ticket], prices: Mapping[int, Prices]) -> dict[int, list[Booking]]:
    """Return order -> the times booked for installs, where a ticket's price rests on them."""
    orders = {ticket.order_id for ticket in tickets if _is_install(ticket, prices)}
    found: dict[int, list[Booking]] = defaultdict(list)
    if orders:
        for row in _confirmed(orders):
            found[row.order_id].append(_booking(row))
    return found


def _is_install(ticket: Ticket, prices: Mapping[int, Prices]) -> bool:
    rule = prices[ticket.version_id].policy.installs
    return bool(rule and ticket.category and ticket.category.terms.get("fee") == rule.fee)


def _confirmed(orders: Collection[int]) -> Iterable[Appointment]:
    rows = Appointment.objects.confirmed().filter(order__in=orders, kind="INSTALL")
    return rows.select_related("fee").order_by("starts_at", "pk")


def _booking(row: Appointment) -> Booking:
    return Booking(row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC), row.is_priority)


def _charged_installs(orders: Collection[int]) -> dict[int, list[Appointment]]:
    found: dict[int, list[Appointment]] = defaultdict(list)
    for row in _confirmed(orders):
        if row.fee is not None:
            found[row.order_id].append(row)
    return found


def _cut(stretches: Iterable[Stretch], booking: Booking) -> tuple[list[Stretch], list[Stretch]]:
    """Return what of time that is not a TAM's lies in a booking, and all else."""
    inside, rest = [], []
    for one in stretches:
        starts_at = max(one.starts_at, booking.starts_at)
        ends_at = min(one.ends_at, booking.ends_at)
        if one.kind == TAM or starts_at >= ends_at:
            rest.append(one)
            continue
        inside.append(Stretch(starts_at, ends_at, one.kind))
        around = [(one.starts_at, starts_at), (ends_at, one.ends_at)]
        rest += [Stretch(first, last, one.kind) for first, last in around if first < last]
    return inside, rest


def _install(
    order: Order, row: Appointment, booking: Booking, inside: list[Stretch], prices: Prices
) -> Worked:
    key = row.fee.key if row.fee else ""
    return Worked(
        key=f"appointment:{row.pk}",
        account_id=order.account_id,
        order_id=order.pk,
        ticket_id=None,
        version_id=row.fee.version_id if row.fee else order.version_id,
        label=f"{row.subject}, {order.number}",
        work=Work(stretches=inside, fee=key, bookings=[booking], is_apart=True),
        prices=prices,
    )


def _by_month(order: Order, stretches: Sequence[Stretch], prices: Prices) -> list[Worked]:
    months: dict[str, list[Stretch]] = defaultdict(list)
    for one in stretches:
        months[f"{one.starts_at.astimezone(order.zone):%Y-%m}"].append(one)
    return [
        Worked(
            key=f"order:{order.pk}:{month}",
            account_id=order.account_id,
            order_id=order.pk,
            ticket_id=None,
            version_id=order.version_id,
            label=f"{order.number}, {month}",
            work=Work(stretches=kept, is_apart=True),
            prices=prices,
        )
        for month, kept in sorted(months.items())
    ]


def _cites(category: Any) -> str:
    if category is None:
        return ""
    reading = [category.reading.ref] if category.reading else []
    return ", ".join([category.clause.ref, *reading])


def days_of(stretches: Sequence[Stretch], zone: ZoneInfo) -> tuple[Any, Any]:
    """Return the first and the last day of work, in a zone; the last instant is outside."""
    first = min(one.starts_at for one in stretches).astimezone(zone).date()
    last = max(one.ends_at for one in stretches) - timedelta.resolution
    return first, last.astimezone(zone).date()
