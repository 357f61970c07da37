"""The demo's TAM: whose clients they are, and how much of the month's hours is used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from apps.contracts.models import Order, User
from apps.contracts.services.tams import assign_tam
from apps.tickets import services
from apps.tickets.models import TimeEntry
from apps.tickets.queries import tam_month

LONGEST = timedelta(hours=4)
WORK = [
    ("Weekly call with their operations", TimeEntry.Contact.PHONE),
    ("Review of open tickets", TimeEntry.Contact.NONE),
    ("Plan for the new site", TimeEntry.Contact.EMAIL),
    ("Questions on routing, in the chat", TimeEntry.Contact.CHAT),
]


@dataclass(frozen=True, slots=True)
class Care:
    """A client of the TAM, and how much of this month's hours they have had."""

    order: str
    percent: int


CARES = [Care("PS-2041", 30), Care("PS-2057", 85), Care("PS-2063", 100)]


def assign_tams(people: Mapping[str, User], *, at: datetime) -> None:
    """Make the demo's TAM the TAM of their clients."""
    for care in CARES:
        order = _order(care)
        assign_tam(
            order=order,
            tam=people["tam"],
            starts_on=at.astimezone(order.zone).date(),
            email="tam@provider.example.com",
            phone="+1 212 555 0142",
            chat="https://chat.provider.example.com/tam",
            by=people["duty"],
            at=at,
        )


def log_tam_time(tam: User, *, since: datetime, at: datetime) -> None:
    """Log so much of the month's hours as the demo wants, as far as the month is old enough.

    One client after the other, since a person works on one thing at a time.
    """
    months = {care: tam_month(_order(care), at=at) for care in CARES}
    wanted = {care: months[care].limit * care.percent / 100 for care in CARES}
    pieces = {care: -(-wanted[care] // LONGEST) for care in CARES}
    begins_at = max(since, *(month.starts_at for month in months.values()))
    slot = (at - begins_at) // sum(pieces.values())
    for care in CARES:
        ends_at = begins_at + slot * pieces[care]
        work = cycle(WORK)
        for number, (starts_at, length) in enumerate(_spread(wanted[care], begins_at, ends_at)):
            what, contact = next(work)
            services.log_time(
                order=_order(care),
                who=tam,
                kind=TimeEntry.Kind.TAM,
                started_at=starts_at,
                minutes=length // timedelta(minutes=1),
                what=what,
                contact=contact,
                at=starts_at + length,
                source_key=f"demo-time:{care.order}:{number}",
                by=tam,
            )
        begins_at = ends_at


def _order(care: Care) -> Order:
    return Order.objects.select_related("version", "plan").get(number=care.order)


def _spread(
    wanted: timedelta, since: datetime, at: datetime
) -> Iterator[tuple[datetime, timedelta]]:
    """Yield pieces of time, evenly from an instant to another, that add up to what is wanted."""
    pieces = -(-wanted // LONGEST)
    slot = (at - since) // pieces
    for piece in range(pieces):
        length = min(LONGEST, wanted - piece * LONGEST, slot)
        if length >= timedelta(minutes=1):
            # On whole minutes, as entries are.
            starts_at = (since + piece * slot).replace(second=0, microsecond=0)
            yield max(starts_at, since), length
