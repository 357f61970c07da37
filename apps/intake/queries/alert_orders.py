"""Whose an alert is: from its labels to an account, and to an order that has it watched.

Clause: V-2-monitoring, V-4.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.contracts.models import Account, AuthorisedUser, Order, Service
from apps.intake.models import Alert, MonitoringMapping, MonitoringSource
from apps.intake.rules.alerts import label_pairs
from apps.outbox.bulk_json import among

FEATURE = "proactive_monitoring"  # of a plan, in the policy


@dataclass(slots=True)
class Meant:
    """What an alert's labels say, as far as somebody said what they mean."""

    account: Account | None = None
    requester: AuthorisedUser | None = None
    service: Service | None = None
    object_name: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """For whom an alert opens a ticket; ``person`` None: for nobody, and ``why`` not."""

    person: AuthorisedUser | None
    why: str
    clause: str = ""


def meant_by(source: MonitoringSource, alerts: Sequence[Alert]) -> Mapping[int, Meant]:
    """Return alert id -> what its labels mean. One query, however many there are.

    Clause: V-2-monitoring.
    """
    pairs = {pair for alert in alerts for pair in label_pairs(alert.labels)}
    if not pairs:
        return {alert.pk: Meant() for alert in alerts}
    rows = MonitoringMapping.objects.filter(
        Q(source=None) | Q(source=source),
        label__in=among({label for label, _ in pairs}),
        value__in=among({value for _, value in pairs}),
    )
    related = ("account", "service", "requester__order__plan__clause")
    # A source's own row before one for all, then the older one.
    ordered = sorted(rows.select_related(*related), key=lambda row: (row.source_id is None, row.pk))
    by_pair: defaultdict[tuple[str, str], list[MonitoringMapping]] = defaultdict(list)
    for row in ordered:
        by_pair[row.label, row.value].append(row)
    ranks = {row.pk: rank for rank, row in enumerate(ordered)}
    return {
        alert.pk: _together(
            sorted(
                (row for pair in label_pairs(alert.labels) for row in by_pair.get(pair, ())),
                key=lambda row: ranks[row.pk],
            )
        )
        for alert in alerts
    }


def _together(rows: Iterable[MonitoringMapping]) -> Meant:
    meant = Meant()
    for row in rows:
        if meant.account is None and row.account is not None:
            meant.account, meant.requester = row.account, row.requester
        meant.service = meant.service or row.service
        meant.object_name = meant.object_name or row.object_name
    return meant


class Watching:
    """Which orders of some accounts have proactive monitoring; read at once, asked one by one.

    Clause: V-4, V-2-monitoring.
    """

    def __init__(self, accounts: Collection[int], *, at: datetime) -> None:
        self.at = at
        self.people: defaultdict[int, list[AuthorisedUser]] = defaultdict(list)
        people = AuthorisedUser.objects.filter(
            order__account__in=accounts,
            order__state=Order.State.EXECUTED,
            is_active=True,
            may_open=True,
        )
        rows = people.select_related("order__plan__clause", "order__version", "order__account")
        rows = rows.defer("order__version__source").prefetch_related("order__services")
        for person in rows.order_by("order__starts_on", "order", "pk"):
            if _is_in_term(person.order, at):
                self.people[person.order.account_id].append(person)

    def of(self, meant: Meant) -> Watched:
        """Return for whom an alert of an account opens a ticket."""
        account = meant.account
        if account is None:
            return Watched(None, "")
        people = self.people.get(account.pk, [])
        if meant.requester is not None:
            people = [each for each in people if each.pk == meant.requester.pk]
            if not people:
                return Watched(
                    None,
                    f"{meant.requester.name}, who is named for it, may not open tickets under an"
                    " order in force: name somebody else.",
                )
        covering = [each for each in people if _covers(each.order, meant.service)]
        if not covering:
            covers = f" that covers {meant.service}" if people and meant.service else ""
            return Watched(None, f"{account} has no order in force{covers} with a user.")
        watched = [each for each in covering if each.order.plan.features.get(FEATURE)]
        order = (watched or covering)[0].order
        clause = order.plan.clause.ref
        if not watched:
            return Watched(None, f"{_plan(order)} has no proactive monitoring.", clause)
        return Watched(watched[0], f"{_plan(order)} has proactive monitoring.", clause)


def _plan(order: Order) -> str:
    return f"The plan {order.plan} of order {order}"


def _covers(order: Order, service: Service | None) -> bool:
    listed = {row.pk for row in order.services.all()}
    return service is None or not listed or service.pk in listed


def _is_in_term(order: Order, at: datetime) -> bool:
    on = at.astimezone(order.zone).date()
    return order.starts_on <= on and (order.ends_on is None or order.ends_on >= on)
