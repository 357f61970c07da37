"""The orders of an account: what is promised, until when, and who the TAM is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Case,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
    When,
)

from apps.contracts import queries as contracts
from apps.contracts.models import (
    Account,
    AgreedTarget,
    Order,
    OrderRevision,
    TamAssignment,
    Target,
    User,
)
from apps.contracts.queries.tams import Tams
from apps.contracts.rules.terms import TargetTerm, Terms
from apps.tickets.queries import tam_months
from apps.tickets.queries.status_report import LastReport, last_reports, orders_to_report
from apps.tickets.rules.tam_months import TamMonth
from apps.tickets.wording import span

SHOWN = 20  # orders that run, and others
BEST_EFFORT = "best effort"


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon something is due, in which hours, and on what condition; all in words."""

    time: str
    calendar: str
    condition: str
    is_agreed: bool  # in the order, instead of the plan's


@dataclass(frozen=True, slots=True)
class Promised:
    """What one severity is promised. An empty list: nothing."""

    severity: str
    response: Sequence[Promise]
    resolution: Sequence[Promise]


@dataclass(frozen=True, slots=True)
class RunningOrder:
    """An executed order. ``month`` None: no TAM time, or not for this reader."""

    order: Order
    term: str  # "", "not begun" or "over": days are those of its policy
    amended_on: date | None
    services: Sequence[str]
    promised: Sequence[Promised]
    tam: TamAssignment | None
    coming: TamAssignment | None
    month: TamMonth | None
    may_report: bool
    last_report: LastReport | None

    @property
    def share(self) -> int:
        """Percent of the TAM time that is used, as far as a bar can show it."""
        return min(self.month.percent, 100) if self.month else 0


@dataclass(frozen=True, slots=True)
class Orders:
    """Executed orders, latest first, then drafts and what is over."""

    running: Sequence[RunningOrder]
    others: Sequence[Order]
    has_more: bool

    @classmethod
    def of(cls, account: Account, *, at: datetime, user: User | AnonymousUser) -> Self:
        """Read an account's orders; TAMs and their time as far as the reader may see them.

        Clause: V-2-order, V-3.1, V-6.1, V-6.3.
        """
        rows = list(_orders(account)[: 2 * SHOWN + 1])
        running = [order for order in rows if order.state == Order.State.EXECUTED]
        others = [order for order in rows if order.state != Order.State.EXECUTED]
        shown = running[:SHOWN]
        sees_tams = user.has_perm("contracts.view_tamassignment")
        sees_time = user.has_perm("tickets.view_timeentry")
        tams = contracts.tams(shown, at=at) if sees_tams and shown else {}
        terms = contracts.terms_of({(order.version_id, order.plan_id) for order in shown})
        months = tam_months(shown, at=at) if sees_time else {}
        sees_tickets = isinstance(user, User) and user.has_perm("tickets.view_ticket")
        now = {pk: row.held for pk, row in tams.items() if row.held} if sees_tams else None
        reported = (
            orders_to_report(shown, cast(User, user), at=at, tams=now)
            if sees_tickets and shown
            else set()
        )
        reports = last_reports([order for order in shown if order.pk in reported])
        return cls(
            running=[
                _running(
                    order,
                    at=at,
                    terms=terms[order.version_id, order.plan_id],
                    tams=tams.get(order.pk),
                    month=months.get(order.pk),
                    may_report=order.pk in reported,
                    last_report=reports.get(order.pk),
                )
                for order in shown
            ],
            others=others[:SHOWN],
            has_more=max(len(running), len(others)) > SHOWN,
        )


def _orders(account: Account) -> QuerySet[Order]:
    """Executed orders first, with what they promise and when they were amended last."""
    is_executed = When(state=Order.State.EXECUTED, then=Value(0))
    amendments = OrderRevision.objects.filter(
        order=OuterRef("pk"), kind=OrderRevision.Kind.AMENDED
    ).order_by("-number")
    agreed = AgreedTarget.objects.select_related("severity", "calendar")
    return (
        Order.objects.filter(account=account)
        .select_related("plan", "version__policy")
        .defer("version__source")
        .annotate(
            amended_on=Subquery(amendments.values("dated_on")[:1]),
            place=Case(is_executed, default=Value(1), output_field=IntegerField()),
        )
        .prefetch_related("services", Prefetch("agreed_targets", queryset=agreed))
        .order_by("place", "-starts_on", "-pk")
    )


def _running(
    order: Order,
    *,
    at: datetime,
    terms: Terms,
    tams: Tams | None,
    month: TamMonth | None,
    may_report: bool,
    last_report: LastReport | None,
) -> RunningOrder:
    return RunningOrder(
        order=order,
        term=_term(order, on=at.astimezone(ZoneInfo(order.version.time_zone)).date()),
        amended_on=getattr(order, "amended_on", None),
        services=[service.title for service in order.services.all()],
        promised=list(_promised(order, terms)),
        tam=tams.held if tams else None,
        coming=tams.coming if tams else None,
        month=month if month is not None and month.has_tam else None,
        may_report=may_report,
        last_report=last_report,
    )


def _term(order: Order, *, on: date) -> str:
    if order.starts_on > on:
        return "not begun"
    return "over" if order.ends_on is not None and order.ends_on < on else ""


def _promised(order: Order, terms: Terms) -> Iterator[Promised]:
    """Yield what each severity is promised, the worst first."""
    terms = terms.with_agreed([_agreed(row, order, terms) for row in order.agreed_targets.all()])
    for severity in sorted(terms.severities.values(), key=lambda each: each.rank):
        of_kind = {
            kind: [
                _in_words(target)
                for target in terms.targets
                if (target.kind, target.severity) == (kind, severity.key)
            ]
            for kind in Target.Kind
        }
        yield Promised(
            severity.label, of_kind[Target.Kind.RESPONSE], of_kind[Target.Kind.RESOLUTION]
        )


def _agreed(row: AgreedTarget, order: Order, terms: Terms) -> TargetTerm:
    return TargetTerm(
        kind=row.kind,
        severity=row.severity.key,
        duration=row.duration,
        calendar_id=row.calendar_id,
        calendar=row.calendar.title,
        clause=terms.clause_of(kind=row.kind, severity=row.severity.key),
        agreed_in=order.number,
    )


def _in_words(target: TargetTerm) -> Promise:
    channel = f"by {target.channel.lower()}" if target.channel else ""
    arrival = Target.Arrival(target.arrival).label.lower() if target.arrival else ""
    return Promise(
        time=span(target.duration) if target.duration else BEST_EFFORT,
        calendar=target.calendar,
        condition=", ".join(filter(None, [channel, arrival])),
        is_agreed=target.agreed_in != "",
    )
