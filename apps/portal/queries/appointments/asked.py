"""What becomes of a wish for a time before it is sent: the earliest day, what it costs, why not.

Clause: S-2.1, S-3, S-12, S-13, V-1.2, V-3.5, R-7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apps.billing.queries.prices import Prices, currencies_of, prices_of
from apps.billing.rules.fees import Fee, Stretch, Worth
from apps.billing.rules.sharing import Booking, Work, shares_of, worth_of
from apps.contracts.models import Appointment, AuthorisedUser, Calendar, Order, Service
from apps.contracts.queries import terms
from apps.contracts.queries.appointment_answers import Wished, answer_to
from apps.contracts.queries.appointments import earliest_install, install_fee
from apps.contracts.queries.askable import categories_of
from apps.contracts.queries.restrictions import told
from apps.contracts.rules.appointments import Kind, Wish
from apps.contracts.rules.entitlement import Step as Checked
from apps.contracts.rules.terms import RuleTerm
from apps.contracts.wording import fee
from apps.portal.queries.tickets.asked import titles_of
from apps.portal.queries.whys import Step, Titles, cited, steps_of

Clauses = Sequence[tuple[str, str]]
Check = tuple[bool, str, Clauses]  # whether it holds, in words, and what it rests on
OURS = "ENGINEERING"  # time of every kind counts for what a booking may cost


@dataclass(frozen=True, slots=True)
class Cost:
    """What the time costs before tax if all of it is worked. ``amount`` None: it waits for a quote.

    ``about`` are the categories that cost it; empty: the booking itself does.
    """

    title: str
    amount: Decimal | None
    currency: str
    steps: Sequence[Step]
    about: Sequence[str] = ()
    fee_id: int = 0

    @property
    def mark(self) -> str:
        """Names what was shown, so that nothing else is agreed to."""
        return f"{self.fee_id}:{self.amount}:{self.currency}"


@dataclass(frozen=True, slots=True)
class Early:
    """The first day for a new install that is asked for now; None: there is none in sight.

    ``fee`` is what it costs sooner, or after ``hours``: a sentence or a price a line.
    """

    on: date | None
    days: int
    hours: str
    clauses: Clauses
    fee: Sequence[str]
    fee_clauses: Clauses


@dataclass(frozen=True, slots=True)
class OffHours:
    """Help outside of the hours. ``disconnection``: why a customer whom others cut off needs it."""

    clauses: Clauses
    disconnection: Clauses


@dataclass(frozen=True, slots=True)
class WhatFollows:
    """What we would do. ``of_time`` are those of the ``checks`` that the policy makes of the time.

    ``earliest_on`` is the first day on which an install owes no priority handling. ``cost`` None:
    the booking costs nothing; ``works`` is what help may cost, by what it is about.
    ``sooner``: what priority handling would cost, where the time is refused as too soon.
    """

    is_taken: bool
    is_slip: bool
    is_after_hours: bool
    is_priority: bool
    why: str
    clauses: Clauses
    checks: Sequence[Check]
    of_time: Sequence[Check]
    is_too_soon: bool
    earliest_on: date | None
    cost: Cost | None
    works: Sequence[Cost]
    sooner: Cost | None

    @property
    def mark(self) -> str:
        """Names what it costs, as it was shown."""
        return self.cost.mark if self.cost else "free"


def what_follows(
    person: AuthorisedUser,
    wish: Wish,
    *,
    service: Service | None,
    at: datetime,
    zone: str,
    sees_money: bool,
) -> WhatFollows:
    """Return what becomes of a wish at an instant, by the rules by which it is then taken.

    ``zone`` is the reader's.

    Clause: S-2.1, S-3, S-12, V-1.2, V-3.5, R-7.
    """
    order, titles = person.order, titles_of(person.order.version_id)
    found = answer_to(wish, requester=person, service=service, at=at)
    booking = found.booking
    is_early = _is_early(found)
    costs: dict[str, Any] = {"starts_at": wish.starts_at, "ends_at": wish.ends_at, "zone": zone}
    account = order.account

    def check(step: Checked) -> Check:
        says = told(step.says, account, sees_money=sees_money)
        return step.holds, says, cited(step.clause, titles)

    return WhatFollows(
        is_taken=found.allowed,
        is_slip=found.is_its_no and booking is not None and booking.is_slip,
        is_after_hours=booking is not None and booking.is_after_hours,
        is_priority=booking is not None and booking.is_priority,
        why=told(found.why, account, sees_money=sees_money),
        clauses=cited(found.clause, titles),
        checks=[check(step) for step in found.steps],
        of_time=[check(step) for step in booking.steps] if booking else [],
        is_too_soon=is_early,
        earliest_on=booking.earliest_on if booking else None,
        cost=install_cost(order, is_priority=booking.is_priority, **costs)
        if found.allowed and booking and booking.is_billable
        else None,
        works=works_of(person, **costs) if found.allowed and wish.kind == Kind.OFF_HOURS else [],
        sooner=install_cost(order, is_priority=True, **costs) if is_early else None,
    )


def _is_early(found: Wished) -> bool:
    """Tell whether it is refused only for being sooner than the notice allows (S-2.1)."""
    booking = found.booking
    return booking is not None and not booking.allowed and booking.earliest_on is not None


def early_of(order: Order, *, at: datetime) -> Early | None:
    """Return from which day on a new install owes no priority handling; None: it owes no notice.

    Clause: S-2.1.
    """
    rule = _rules(order).get("installs")
    if rule is None:
        return None
    on, hours = earliest_install(order=order, at=at)
    row, titles = install_fee(order), titles_of(order.version_id)
    calendars = dict(order.version.calendars.values_list("key", "title"))
    basis = ", ".join([row.clause.ref, *([row.reading.ref] if row.reading else [])])
    return Early(
        on=on,
        days=rule.settings["notice_business_days"],
        hours=hours,
        clauses=cited(rule.clause, titles),
        fee=fee(row, currency=order.version.currency, calendars=calendars),
        fee_clauses=cited(basis, titles),
    )


def books_off_hours(order: Order) -> bool:
    """Tell whether the order's policy books help outside of its hours.

    Clause: S-3.
    """
    return "off_hours" in _rules(order)


def off_hours_of(order: Order) -> OffHours | None:
    """Return what the order's policy says of help outside of its hours; None: it books none.

    Clause: S-2.1, S-3.
    """
    rule, installs = (_rules(order).get(key) for key in ("off_hours", "installs"))
    if rule is None:
        return None
    titles = titles_of(order.version_id)
    is_no_outage = installs is not None and not installs.settings["disconnection_is_outage"]
    return OffHours(
        clauses=cited(rule.clause, titles),
        disconnection=cited(installs.clause, titles) if installs and is_no_outage else [],
    )


def install_cost(
    order: Order, *, starts_at: datetime, ends_at: datetime, is_priority: bool, zone: str
) -> Cost | None:
    """Return what a new install costs if all of its time is worked; None: it is not billed.

    By the order's policy, in the currency that the account is billed in, as the work is then rated.

    Clause: S-2.1, R-7.
    """
    prices = prices_of([order.version_id])[order.version_id]
    rule = prices.policy.installs
    if rule is None:
        return None
    work = Work(
        stretches=[Stretch(starts_at, ends_at)],
        fee=rule.fee,
        bookings=[Booking(starts_at, ends_at, is_priority)],
        is_apart=True,
    )
    return _cost(order, work, prices, billed_in=_billed_in(order, prices), zone=zone)


def works_of(
    person: AuthorisedUser, *, starts_at: datetime, ends_at: datetime, zone: str
) -> list[Cost]:
    """Return what help costs in that time, by what it is about; what costs nothing is left out.

    Clause: S-13, S-13.1, R-8, R-9.
    """
    order = person.order
    prices = prices_of([order.version_id])[order.version_id]
    installs = prices.policy.installs
    about: dict[str, list[str]] = {}
    for row in categories_of(person.order.version_id):
        price = prices.policy.fees.get(row.terms.get("fee") or "")
        if price is not None and _is_for_work(price) and price.key != (installs and installs.fee):
            about.setdefault(price.key, []).append(row.label)
    if not about:
        return []
    billed_in = _billed_in(order, prices)
    work = [Stretch(starts_at, ends_at, OURS)]
    found = (
        _cost(
            order,
            Work(stretches=work, fee=key, category=labels[0]),
            prices,
            billed_in=billed_in,
            zone=zone,
            about=labels,
        )
        for key, labels in about.items()
    )
    return [cost for cost in found if cost is not None]


def booking_steps(row: Appointment) -> Iterator[tuple[str, Clauses]]:
    """Yield why it could be booked, and what applies: what the policy says of the time itself.

    Who is owed support was checked too; of that, what is said of the standing is not for all.

    Clause: S-2.1, S-3, V-3.5.
    """
    version, titles = row.order.version_id, titles_of(row.order.version_id)
    rules = _rules(row.order)
    shown = {rules[key].clause for key in ("installs", "off_hours") if key in rules}
    shown |= set(Calendar.objects.filter(version=version).values_list("clause__ref", flat=True))
    for step in row.steps:
        clauses = cited(step["clause"], titles)
        if clauses and clauses[0][0] in shown:
            yield step["says"], clauses


def _rules(order: Order) -> Mapping[str, RuleTerm]:
    return terms(version_id=order.version_id, plan_id=order.plan_id).rules


def _is_for_work(price: Fee) -> bool:
    return price.kind in ("hourly", "tiers") and not price.terms.get("after_fault_finding")


def _billed_in(order: Order, prices: Prices) -> str:
    return currencies_of([order.account_id]).get(order.account_id, prices.policy.currency)


def _cost(
    order: Order,
    work: Work,
    prices: Prices,
    *,
    billed_in: str,
    zone: str,
    about: Sequence[str] = (),
) -> Cost | None:
    share = shares_of(work, prices.policy)[0]
    if share.fee is None:
        return None
    worth: Worth = worth_of(share, work, prices.policy, billed_in=billed_in)
    titles: Titles = titles_of(order.version_id)
    return Cost(
        title=share.fee.title,
        amount=worth.amount,
        currency=billed_in,
        steps=steps_of([step.as_json() for step in worth.steps], zone=zone, titles=titles),
        about=about,
        fee_id=share.fee.pk,
    )
