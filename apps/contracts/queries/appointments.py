"""Whether an order's client may book a time: the policy's rules, as the pure rule takes them."""

from collections.abc import Mapping
from datetime import date, datetime

from apps.contracts.models import Appointment, Calendar, Fee, Order, Reason
from apps.contracts.queries.hours import hours_of_version
from apps.contracts.queries.terms import terms
from apps.contracts.rules.appointments import (
    Bookable,
    Installs,
    Kind,
    NamedHours,
    OffHours,
    Wish,
    bookable,
    earliest_install_on,
)
from apps.contracts.rules.calendar import BeyondHorizon, NoServiceTime
from apps.contracts.rules.terms import RuleTerm
from apps.contracts.wording import fee


def can_book(*, order: Order, wish: Wish, at: datetime) -> Bookable:
    """Answer whether a time can be booked under an order's policy, as of ``at``.

    Clause: S-2.1, S-3, R-7.
    """
    installs = _rules(order).get("installs")
    off_hours = _rules(order).get("off_hours")
    named = _named(order)
    is_install = installs and wish.kind == Kind.INSTALL
    return bookable(
        wish=wish,
        at=at,
        standard=named[order.version.standard_calendar],
        installs=_installs(order, installs, named) if installs and is_install else None,
        off_hours=OffHours(off_hours.clause, named[off_hours.settings["calendar"]])
        if off_hours
        else None,
    )


def earliest_install(*, order: Order, at: datetime) -> tuple[date | None, str]:
    """Return the first day on which an install asked for at an instant owes no priority handling.

    In the zone of the hours that business days are counted by, with their title; None: they never
    open so often. The policy has a rule of installs.

    Clause: S-2.1.
    """
    rule = _rules(order)["installs"]
    named = _named(order)[rule.settings["calendar"]]
    days = rule.settings["notice_business_days"]
    try:
        day = earliest_install_on(asked_at=at, hours=named.hours, notice_business_days=days)
    except (BeyondHorizon, NoServiceTime):
        return None, named.title
    return day, named.title


def install_fee(order: Order) -> Fee:
    """Return what a new install costs when it is billed, under a policy that bills installs.

    Clause: S-2.1.
    """
    key = _rules(order)["installs"].settings["fee"]
    rows = Fee.objects.select_related("clause", "reading")
    return rows.get(version=order.version_id, key=key)


def category_of(kind: str, order: Order) -> Reason | None:
    """Return what an appointment is about, where the policy says so; None: it is not known.

    An install is of the category that costs the fee of installs, if it is the only one.

    Clause: S-12, R-6.
    """
    rule = _rules(order).get("installs")
    if rule is None or kind != Appointment.Kind.INSTALL:
        return None
    found = Reason.objects.filter(
        version=order.version_id, kind=Reason.Kind.CATEGORY, terms__fee=rule.settings["fee"]
    )[:2]
    return found[0] if len(found) == 1 else None


def _rules(order: Order) -> Mapping[str, RuleTerm]:
    return terms(version_id=order.version_id, plan_id=order.plan_id).rules


def _named(order: Order) -> Mapping[str, NamedHours]:
    """Return the hours of an order's policy by their keys, in two queries."""
    found = hours_of_version(order.version_id)
    rows = Calendar.objects.filter(version=order.version_id).select_related("clause")
    return {
        row.key: NamedHours(row.title, row.clause.ref, found[row.pk])
        for row in rows
        if row.pk in found
    }


def _installs(order: Order, rule: RuleTerm, named: Mapping[str, NamedHours]) -> Installs:
    row = install_fee(order)
    titles = {key: each.title for key, each in named.items()}
    costs = "; ".join(fee(row, currency=order.version.currency, calendars=titles))
    basis = [row.clause.ref, *([row.reading.ref] if row.reading else [])]
    return Installs(
        clause=rule.clause,
        notice_business_days=rule.settings["notice_business_days"],
        measure=named[rule.settings["calendar"]],
        fee_clause=", ".join(basis),
        fee=f"{row.title}, {costs}",
    )
