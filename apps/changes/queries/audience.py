"""Who is told of maintenance, and why.

Clause: S-11, V-2-order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from apps.changes.models import Maintenance
from apps.contracts.models import Account, AuthorisedUser, Order, PolicyVersion, Rule, Service
from apps.outbox.rules.address import is_plain_address

RULE = "maintenance"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that is told: what of it is touched, and who is written to.

    ``version`` is the policy of its oldest affected order, whose zone and mailbox its mail has;
    ``owed_days`` the longest notice that one of its policies promises, in calendar days.
    """

    account: Account
    version: PolicyVersion
    orders: Sequence[Order]
    services: Sequence[Service]
    covers_all: Sequence[Order]
    objects: Sequence[str]
    people: Sequence[AuthorisedUser]
    owed_days: int

    @property
    def names(self) -> list[str]:
        """What its mail lists: its own objects, then the keys of the services that it has."""
        return list(dict.fromkeys([*self.objects, *(row.key for row in self.services)]))

    @property
    def because(self) -> list[str]:
        """Why it is told, a sentence each."""
        return [*self._covering(), *(f"It has {name}." for name in self.objects)]

    def _covering(self) -> Iterable[str]:
        titles = ", ".join(row.title for row in self.services)
        for order in self.orders if titles else ():
            if order in self.covers_all:
                yield f"{order} covers everything, so also {titles}."
            elif mine := ", ".join(row.title for row in order.services.all()):
                yield f"{order} covers {mine}."


def audience_of(maintenance: Maintenance) -> Sequence[Reader]:
    """Return who is told of maintenance as it stands, by the accounts' names. Never cut.

    They are the accounts with an order in force on a day of the window that covers a service, or
    lists none and so covers everything; and the owners of a named object.

    Clause: S-11, V-2-order.
    """
    return readers(
        services=list(maintenance.services.all()),
        objects=objects_of(maintenance),
        starts_at=maintenance.starts_at,
        ends_at=maintenance.ends_at,
    )


def objects_of(maintenance: Maintenance) -> Mapping[int, Sequence[str]]:
    """Return account id -> the names of its objects."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for account, name in maintenance.named_objects.order_by("name").values_list("account", "name"):
        found[account].append(name)
    return found


def readers(
    *,
    services: Collection[Service],
    objects: Mapping[int, Sequence[str]],
    starts_at: datetime,
    ends_at: datetime,
) -> Sequence[Reader]:
    """Return who would be told of such work. ``objects``: account id -> names.

    Five queries, however many they are.

    Clause: S-11, V-2-order.
    """
    by_account: defaultdict[int, list[Order]] = defaultdict(list)
    for order in _orders(services, objects, starts_at, ends_at):
        if _is_in_force(order, starts_at, ends_at):
            by_account[order.account_id].append(order)
    people = _people(by_account)
    days = _owed_days({order.version_id for rows in by_account.values() for order in rows})
    found = [
        _reader(rows, services, objects.get(account, ()), people.get(account, {}), days)
        for account, rows in by_account.items()
    ]
    return sorted(found, key=lambda reader: reader.account.name)


def people_of(orders: Collection[int]) -> Mapping[int, Sequence[AuthorisedUser]]:
    """Return account id -> whom to write to of those orders: an address is written to once."""
    found: defaultdict[int, dict[str, AuthorisedUser]] = defaultdict(dict)
    rows = AuthorisedUser.objects.filter(order__in=orders, is_active=True)
    for person in rows.select_related("order", "user").order_by("pk"):
        if is_plain_address(person.email):
            found[person.order.account_id].setdefault(person.email.lower(), person)
    return {account: list(each.values()) for account, each in found.items()}


def _orders(
    services: Collection[Service],
    objects: Mapping[int, Sequence[str]],
    starts_at: datetime,
    ends_at: datetime,
) -> QuerySet[Order]:
    # Any zone's date is at most a day from that of UTC: the order's own zone decides below.
    around = {
        "starts_on": (starts_at - DAY).date(),
        "ends_on": (ends_at + DAY).date(),
    }
    touched = Q(account__in=list(objects))
    if services:
        touched |= Q(services__in=services) | Q(services=None)
    touching = Order.objects.executed().overlapping(**around).filter(touched).order_by()
    affected = Prefetch(
        "services", queryset=Service.objects.filter(pk__in=[s.pk for s in services])
    )
    rows = Order.objects.filter(pk__in=touching.values("pk")).select_related("account", "version")
    lists_some = Order.services.through.objects.values("order_id")
    return (
        rows.annotate(lists_none=~Q(pk__in=lists_some))
        .defer("version__source")
        .prefetch_related(affected)
        .order_by("account__name", "starts_on", "pk")
    )


def _is_in_force(order: Order, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether a day of its term is a day of the window, on the order's clock (V-3.1)."""
    first = starts_at.astimezone(order.zone).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(order.zone).date()
    return order.starts_on <= last and (order.ends_on is None or order.ends_on >= first)


def _people(orders: Mapping[int, Sequence[Order]]) -> Mapping[int, Mapping[int, AuthorisedUser]]:
    """Return account id -> the people of its orders, by their keys."""
    found: defaultdict[int, dict[int, AuthorisedUser]] = defaultdict(dict)
    keys = [order.pk for rows in orders.values() for order in rows]
    for account, people in people_of(keys).items():
        found[account] = {person.pk: person for person in people}
    return found


def _owed_days(versions: Collection[int]) -> Mapping[int, int]:
    rows = Rule.objects.filter(version__in=versions, key=RULE).values_list("version", "terms")
    return {version: int(terms.get("notice_days") or 0) for version, terms in rows}


def _reader(
    orders: Sequence[Order],
    services: Collection[Service],
    objects: Sequence[str],
    people: Mapping[int, AuthorisedUser],
    days: Mapping[int, int],
) -> Reader:
    covers_all = [order for order in orders if services and getattr(order, "lists_none", False)]
    listed = {row.pk for order in orders for row in order.services.all()}
    covered = [row for row in services if covers_all or row.pk in listed]
    return Reader(
        account=orders[0].account,
        version=orders[0].version,
        orders=orders,
        services=covered,
        covers_all=covers_all,
        objects=objects,
        people=list(people.values()),
        owed_days=max((days.get(order.version_id, 0) for order in orders), default=0),
    )
