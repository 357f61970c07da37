"""The tickets that alerts are on: one for what belongs together, opened, added to, and told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Service, Severity
from apps.contracts.rules.entitlement import Wanted
from apps.contracts.wording import moment
from apps.intake.models import Alert, AlertBundle, MonitoringSeverity, MonitoringSource
from apps.intake.queries.alert_orders import Watched
from apps.intake.rules.alert_words import (
    MOST_NOTES,
    first_message,
    note_of,
    resolved_note,
    subject_of,
)
from apps.intake.services.request import request_support
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Status

MOST_GROUPS = 10  # of an order that have a ticket of their own at a time
THE_REST = "more"
MARK = "Opened by monitoring. The client did not write this."
# A ticket that has its solution may close by itself: what comes then is a new one.
OF_TICKET = ("ticket__severity", "ticket__merged_into__severity")
GOES_ON = (Status.OPEN, Status.WAITING, Status.SUSPENDED)


@dataclass(slots=True)
class Group:
    """Alerts that go on one ticket; its bundle is the row that says which."""

    person: AuthorisedUser
    service: Service | None
    key: str
    bundle: AlertBundle
    alerts: list[Alert] = field(default_factory=list)


def grouped(
    source: MonitoringSource, owed: Sequence[tuple[Alert, Watched]], *, at: datetime
) -> list[Group]:
    """Put together the alerts of an order that are of one service, or else of one sender's group.

    An order has no more than a few such tickets at a time: what is beyond goes on one more.

    Clause: V-2-monitoring.
    """
    orders = {watched.person.order_id for _, watched in owed if watched.person is not None}
    rows = AlertBundle.objects.filter(source=source, order__in=orders) if orders else None
    there: dict[tuple[int, str], AlertBundle] = {}
    busy: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows.select_related(*OF_TICKET) if rows is not None else ():
        there[row.order_id, row.key] = row
        if _goes_on(row, source, at=at):
            busy[row.order_id].add(row.key)
    found: dict[tuple[int, str], Group] = {}
    for alert, watched in owed:
        person = watched.person
        if person is None:
            continue
        order, key = person.order_id, _key(alert)
        if key not in busy[order] and len(busy[order]) >= MOST_GROUPS:
            key = THE_REST
        else:
            busy[order].add(key)
        if (order, key) not in found:
            bundle = there.get((order, key)) or AlertBundle(
                source=source, order=person.order, key=key, latest_at=at
            )
            found[order, key] = Group(person, alert.service, key, bundle)
        found[order, key].alerts.append(alert)
    return list(found.values())


def put_on_ticket(source: MonitoringSource, group: Group, *, at: datetime) -> None:
    """Put alerts on the ticket that their bundle has, or on a new one if it has none that goes on.

    What is worse than that ticket has one of its own: its time counts from now, and from the start
    of what was less bad it could be over already. The two are linked.

    Clause: V-2-monitoring, V-4.
    """
    bundle = group.bundle
    before = _current(bundle) if _goes_on(bundle, source, at=at) else None
    if before is None or _is_worse(source, group, before):
        ticket = _open(source, group, at=at)
        if ticket is not None and before is not None:
            tickets.link(ticket=ticket, other=before, by=source.author, at=at)
    else:
        ticket = before
        _add(source, group, ticket, at=at)
    if ticket is None:
        return
    bundle.ticket, bundle.latest_at = ticket, at
    bundle.alerts += len(group.alerts)
    bundle.save()
    for alert in group.alerts:
        alert.handling, alert.ticket, alert.bundle = Alert.Handling.TICKET, ticket, bundle


def note_resolved(
    source: MonitoringSource,
    ticket_id: int,
    alerts: Sequence[Alert],
    *,
    firing: int,
    at: datetime,
) -> None:
    """Leave a note on which alerts are over. The ticket stays as it is.

    Clause: V-2-monitoring.
    """
    for alert in alerts:
        alert.is_due = False
    ticket = Ticket.objects.select_related("merged_into").get(pk=ticket_id)
    ticket = ticket.merged_into or ticket
    bundle = alerts[0].bundle
    if bundle is None or ticket.status == Status.CLOSED or bundle.notes >= MOST_NOTES:
        return
    said = resolved_note(_titles(alerts), firing=firing, is_last=bundle.notes + 1 == MOST_NOTES)
    _note(source, bundle, ticket, said, at=at)
    bundle.save(update_fields=["notes"])


def _is_worse(source: MonitoringSource, group: Group, ticket: Ticket) -> bool:
    severity = _severity(source, group)
    return severity is not None and severity.rank < ticket.severity.rank


def _add(source: MonitoringSource, group: Group, ticket: Ticket, *, at: datetime) -> None:
    bundle = group.bundle
    if bundle.notes < MOST_NOTES:
        said = note_of(_titles(group.alerts), is_last=bundle.notes + 1 == MOST_NOTES)
        _note(source, bundle, ticket, said, at=at)


def _note(
    source: MonitoringSource, bundle: AlertBundle, ticket: Ticket, said: str, *, at: datetime
) -> None:
    bundle.notes += 1
    key = f"alerts:{bundle.pk}:{bundle.tickets}:{bundle.notes}"
    tickets.note(ticket=ticket, text=said, by=source.author, at=at, act_key=key)


def _open(source: MonitoringSource, group: Group, *, at: datetime) -> Ticket | None:
    """Open a ticket for the client, who is told by its mail; None: nothing is owed to them now."""
    person, bundle = group.person, group.bundle
    severity = _severity(source, group)
    answer = contracts.entitled_user(user=person, at=at, service=group.service, severity=severity)
    if not answer.entitled:
        # They did not ask, so there is nothing to refuse: staff see it.
        for alert in group.alerts:
            alert.why, alert.clause = answer.why, answer.clause
        return None
    bundle.tickets += 1
    bundle.alerts = bundle.notes = 0
    bundle.save()
    titles = _titles(group.alerts)
    since = min(alert.began_at for alert in group.alerts)
    zone = ZoneInfo(person.order.version.time_zone)
    taken = request_support(
        requester=person,
        channel=Ticket.Channel.MONITORING,
        wanted=Wanted.TICKET,
        subject=subject_of(titles, service=str(group.service or "")),
        text=first_message(titles, source=source.name, since=moment(since, zone)),
        at=at,
        source_key=f"alerts:{bundle.pk}:{bundle.tickets}",
        by=source.author,
        severity=severity,
        service=group.service,
        mark=MARK,
    )
    return taken.ticket


def _severity(source: MonitoringSource, group: Group) -> Severity | None:
    """Return the worst that the alerts' label means under the order's policy; None: its default."""
    label = source.severity_label
    values = {alert.labels[label] for alert in group.alerts if alert.labels.get(label)}
    if not values:
        return None
    rows = MonitoringSeverity.objects.filter(source=source).values_list("value", "severity_key")
    keys = {key for value, key in rows if value in values}
    version = group.person.order.version_id
    return Severity.objects.filter(version=version, key__in=keys).order_by("rank").first()


def _titles(alerts: Iterable[Alert]) -> list[str]:
    return [alert.title for alert in alerts]


def _key(alert: Alert) -> str:
    if alert.service is not None:
        return f"service:{alert.service.key}"
    return f"group:{alert.group}" if alert.group else "all"


def _current(bundle: AlertBundle) -> Ticket | None:
    ticket = bundle.ticket
    return ticket.merged_into or ticket if ticket is not None else None


def _goes_on(bundle: AlertBundle, source: MonitoringSource, *, at: datetime) -> bool:
    """Tell whether an alert that comes now belongs to the bundle's ticket."""
    ticket = _current(bundle)
    within = timedelta(minutes=source.group_minutes)
    return ticket is not None and ticket.status in GOES_ON and at - bundle.latest_at <= within
