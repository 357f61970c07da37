"""What becomes of the wish for a time, asked by somebody under their order, before it is booked.

Clause: S-2.1, S-3, S-12, V-1.2, V-3.1, V-3.5.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.contracts.models import AuthorisedUser, Order, Service
from apps.contracts.queries.appointments import can_book, category_of
from apps.contracts.queries.entitled import entitled_user
from apps.contracts.rules.appointments import Bookable, Wish
from apps.contracts.rules.entitlement import Answer, Step, Wanted


@dataclass(frozen=True, slots=True)
class Wished:
    """Yes or no, the clause it rests on, the facts in words, and the checks that were made.

    ``booking`` is what the policy says of the time itself; None: it was not asked, since nothing is
    owed to the person at all. ``is_its_no``: a no is the policy's to that time.
    """

    allowed: bool
    clause: str
    why: str
    steps: tuple[Step, ...]
    booking: Bookable | None = None

    @property
    def is_its_no(self) -> bool:
        return self.booking is not None and not self.booking.allowed


def answer_to(
    wish: Wish, *, requester: AuthorisedUser, service: Service | None, at: datetime
) -> Wished:
    """Answer whether that person may book that time, as everything is in the database now.

    Something must be owed to them now, and all through that time; and the time must be one that
    the policy books.

    Clause: S-2.1, S-3, S-12, V-1.2, V-2-order, V-3.1, V-3.5.
    """
    order = (
        Order.objects.select_related("version", "plan")
        .defer("version__source")
        .get(pk=requester.order_id)
    )
    category = category_of(wish.kind, order)

    def owed(then: datetime) -> Answer:
        return entitled_user(
            user=requester, at=then, service=service, wants=Wanted.APPOINTMENT, category=category
        )

    today = owed(at)
    if not today.entitled:
        return Wished(False, today.clause, today.why, today.steps)
    booking = can_book(order=order, wish=wish, at=at)
    steps = (*today.steps, *booking.steps)
    if not booking.allowed:
        return Wished(False, booking.clause, booking.why, steps, booking)
    # All of it lies in the term: the end itself is outside of the appointment. What is owed at a
    # time that is booked hangs on the day alone.
    zone = ZoneInfo(order.version.time_zone)
    ends = (wish.ends_at - timedelta.resolution, wish.starts_at)
    for _, then in sorted({each.astimezone(zone).date(): each for each in ends}.items()):
        that_day = owed(then)
        if not that_day.entitled:
            return Wished(
                False, that_day.clause, that_day.why, (*steps, that_day.steps[-1]), booking
            )
    return Wished(True, booking.clause, booking.why, steps, booking)
