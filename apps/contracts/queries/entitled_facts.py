"""What the rule of entitlement is told of an account's standing, and of the hour.

Read only where the policy makes a difference, so that a mail costs no more than it must.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.contracts.models import (
    Account,
    Appointment,
    Calendar,
    Order,
    Reason,
    Rule,
    Service,
    Severity,
    Standing,
)
from apps.contracts.queries.appointments import category_of
from apps.contracts.queries.hours import InForce, in_force
from apps.contracts.rules.calendar import NoServiceTime, ServiceHours
from apps.contracts.rules.entitlement import HourFacts, StandingFacts, StandingState, Wanted
from apps.contracts.rules.terms import RuleTerm, Terms

Rules = Mapping[str, RuleTerm]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, at which instant. None: not known; a severity is then the default one."""

    at: datetime
    wants: Wanted
    severity: Severity | None = None
    category: Reason | None = None
    service: Service | None = None
    is_disconnection: bool = False
    counts: dict[int, dict[int, InForce]] = field(default_factory=dict)

    def in_force(self, version_id: int) -> dict[int, InForce]:
        """Return the hours that count under a policy version, asked once for all answers."""
        if version_id not in self.counts:
            self.counts[version_id] = in_force(version_id)
        return self.counts[version_id]


def standing_of(account: Account) -> Standing | None:
    """Return the account's standing; None: it never had another than a good one.

    Clause: S-12.
    """
    return getattr(account, "standing", None)


def delinquency_clause(account: Account) -> str:
    """Return the clause under which an account of these orders is suspended; empty: none has one.

    Clause: S-12.
    """
    executed = Order.objects.executed().filter(account=account)
    rules = Rule.objects.filter(key="delinquency", version__in=executed.values("version"))
    return rules.order_by("-version_id").values_list("clause__ref", flat=True).first() or ""


def standing_facts(order: Order, rules: Rules, request: Request) -> StandingFacts | None:
    """Return how the order's account stands; None: nothing is on record, and no policy asks.

    Clause: S-12, R-6.
    """
    standing = standing_of(order.account)
    of_policy = rules["delinquency"].clause if "delinquency" in rules else ""
    if standing is None or standing.state == Standing.State.GOOD:
        return StandingFacts(StandingState.GOOD, of_policy) if of_policy else None
    category = request.category
    return StandingFacts(
        state=StandingState(standing.state),
        clause=standing.clause or of_policy,
        why=standing.why,
        since=standing.since_at.astimezone(ZoneInfo(order.version.time_zone)).date(),
        service_related=None if category is None else category.terms["service_related"],
    )


def hour_facts(order: Order, terms: Terms, request: Request) -> HourFacts | None:
    """Return what the hour means for the request; None: it makes no difference.

    Without a rule of off hours, nothing is promised outside of the policy's standard hours, and
    inside of them, or where they never close, one hour is like another.

    Clause: S-3, S-2.1.
    """
    if request.wants == Wanted.APPOINTMENT:
        return None
    rules = terms.rules
    rule = rules.get("off_hours")
    key = rule.settings["calendar"] if rule else order.version.standard_calendar
    hours = request.in_force(order.version_id)[terms.calendars[key].pk].hours
    if hours.is_open(request.at):
        return HourFacts(rule.clause, is_open=True, severity="", is_served=True) if rule else None
    severity = request.severity or Severity.objects.get(
        version_id=order.version_id, is_default=True
    )
    installs = rules.get("installs")
    is_no_outage = installs is not None and not installs.settings["disconnection_is_outage"]
    return HourFacts(
        clause=rule.clause if rule else _clause_of_calendar(order, key),
        is_open=False,
        severity=str(severity),
        is_served=rule is not None and severity.key in rule.settings["served"],
        is_bookable=rule is not None,
        opens_at=_opens_at(hours, request.at, order.version.time_zone),
        is_booked=request.wants == Wanted.HELP_NOW and _is_booked(order, request),
        is_disconnection=request.is_disconnection and is_no_outage,
        disconnection_clause=installs.clause if installs else "",
    )


def _clause_of_calendar(order: Order, key: str) -> str:
    rows = Calendar.objects.filter(version=order.version_id, key=key)
    return rows.values_list("clause__ref", flat=True).get()


def _is_booked(order: Order, request: Request) -> bool:
    """Help is booked for anything; an install only for what is about installs."""
    install = Appointment.Kind.INSTALL
    is_install = request.category is not None and request.category == category_of(install, order)
    booked = order.appointments.confirmed().covering(at=request.at)
    return (booked if is_install else booked.exclude(kind=install)).exists()


def _opens_at(hours: ServiceHours, at: datetime, zone: str) -> datetime | None:
    """When the hours begin again, in the policy's zone; None: they never do."""
    try:
        return hours.next_opening(at).astimezone(ZoneInfo(zone))
    except NoServiceTime:
        return None
