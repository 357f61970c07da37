"""What is done about alerts: silenced, shown to staff, or put on a ticket of who has them watched.

A run takes some thousands of a source at once. Its queries grow with the tickets that it touches,
which are few and bounded, and not with the alerts.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef

from apps.intake.models import Alert, MonitoringSource
from apps.intake.queries.alert_orders import Meant, Watched, Watching, meant_by
from apps.intake.queries.silence import windows_over
from apps.intake.rules.charsets import storable
from apps.intake.services.alert_tickets import Group, grouped, note_resolved, put_on_ticket
from apps.outbox.bulk_json import update_all

logger = logging.getLogger(__name__)

BATCH = 10_000  # alerts of a source in one transaction
MOST_TICKETS = 25  # that one transaction touches; the next takes the rest
ROUNDS = 20  # of one run
LOOK_AGAIN = timedelta(minutes=5)  # as windows are moved and end early
DECIDED = [
    *("handling", "is_due", "account", "service", "object_name", "bundle", "ticket"),
    *("window", "look_again_at", "clause", "why"),
]
UNMATCHED = "No label is mapped to an account: add a meaning for one of them."
Handling = Alert.Handling


def handle_alerts(*, at: datetime) -> int:
    """Do what is due about alerts; return how many that were.

    Whoever runs second finds nothing to do. A database in trouble leaves all as it is.

    Clause: V-2-monitoring, V-4, S-11.
    """
    mine = {"source": OuterRef("pk")}
    due = Exists(Alert.objects.due().filter(**mine))
    waking = Exists(Alert.objects.silenced(until=at).filter(**mine))
    handled = 0
    for source in MonitoringSource.objects.filter(due | waking).order_by("pk"):
        for _ in range(ROUNDS):
            try:
                done = _handle_some(source.pk, at=at)
            except (OperationalError, InterfaceError) as trouble:
                logger.error("Alerts wait, the database is in trouble: %s", trouble)
                return handled
            handled += done
            if not done:
                break
    return handled


@transaction.atomic
def handle_again(*, alerts: Sequence[Alert] | None = None) -> int:
    """Have alerts looked at anew that fire and are on no ticket; None: all that are not mapped.

    Clause: V-2-monitoring.
    """
    # In the same order as who reads posts: a source first, then its alerts.
    list(MonitoringSource.objects.select_for_update(no_key=True).order_by("pk"))
    rows = Alert.objects.to_map()
    if alerts is not None:
        again = [Handling.UNMATCHED, Handling.STAFF_ONLY, Handling.SILENCED, Handling.FAILED]
        firing = Alert.objects.filter(state=Alert.State.FIRING, handling__in=again)
        rows = firing.filter(pk__in=[alert.pk for alert in alerts])
    return rows.update(handling=Handling.PENDING, is_due=True)


@transaction.atomic
def _handle_some(source_id: int, *, at: datetime) -> int:
    source = (
        MonitoringSource.objects.select_for_update(no_key=True, of=("self",))
        .select_related("author")
        .get(pk=source_id)
    )
    Alert.objects.silenced(until=at).filter(source=source).update(is_due=True)
    rows = Alert.objects.due().filter(source=source).select_related("bundle")
    due = list(rows.order_by("pk")[:BATCH])
    resolved = [row for row in due if row.handling == Handling.TICKET]
    firing = [row for row in due if row.handling != Handling.TICKET]
    for row in firing:
        row.is_due = row.state == Alert.State.FIRING
    pending = [row for row in firing if row.is_due]
    groups = grouped(source, _decided(source, pending, at=at), at=at)
    for group in groups[:MOST_TICKETS]:
        _put(source, group, at=at)
    told = _note_resolved(source, resolved, at=at)
    waiting = {row.pk for group in groups[MOST_TICKETS:] for row in group.alerts}
    done = [row for row in firing if row.pk not in waiting] + told
    update_all(done, DECIDED)
    return len(done)


def _decided(
    source: MonitoringSource, alerts: Sequence[Alert], *, at: datetime
) -> list[tuple[Alert, Watched]]:
    """Decide on each alert; return those for which a ticket is owed, and for whom."""
    if not alerts:
        return []
    meant = meant_by(source, alerts)
    accounts = {each.account.pk for each in meant.values() if each.account is not None}
    watching = Watching(accounts, at=at)
    windows = windows_over(accounts, at=at)
    owed = []
    for alert in alerts:
        mine = meant[alert.pk]
        alert.account, alert.service = mine.account, mine.service
        alert.object_name, alert.window, alert.look_again_at = mine.object_name, "", None
        alert.handling, alert.is_due, alert.why, alert.clause = Handling.STAFF_ONLY, False, "", ""
        if mine.account is None:
            alert.handling, alert.why = Handling.UNMATCHED, UNMATCHED
        elif not _silence(alert, mine, windows.get(mine.account.pk, ()), at=at):
            watched = watching.of(mine)
            alert.why, alert.clause = watched.why, watched.clause
            if watched.person is not None:
                owed.append((alert, watched))
    return owed


def _silence(alert: Alert, meant: Meant, windows: Sequence, *, at: datetime) -> bool:
    covering = [
        window
        for window in windows
        if window.covers(service=meant.service, object_name=meant.object_name, labels=alert.labels)
    ]
    if not covering:
        return False
    window = max(covering, key=lambda each: each.ends_at)
    alert.handling, alert.window = Handling.SILENCED, window.says[:250]
    alert.look_again_at = min(window.ends_at, at + LOOK_AGAIN)
    alert.why = "It is confirmed maintenance. If it still fires afterwards, it is handled then."
    return True


def _put(source: MonitoringSource, group: Group, *, at: datetime) -> None:
    """Put alerts on their ticket. One that comes to grief does not take the others along."""
    try:
        with transaction.atomic():
            put_on_ticket(source, group, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        logger.exception("Alerts of %s could not be put on a ticket", group.person.order)
        for alert in group.alerts:
            alert.handling, alert.ticket, alert.bundle = Handling.FAILED, None, None
            alert.why = storable(f"{type(fault).__name__}: {fault}")[:2000]


def _note_resolved(
    source: MonitoringSource, resolved: Sequence[Alert], *, at: datetime
) -> list[Alert]:
    """Tell some tickets which of their alerts are over; return those alerts."""
    by_ticket: defaultdict[int, list[Alert]] = defaultdict(list)
    for row in resolved:
        by_ticket[row.ticket_id].append(row)  # type: ignore[index]
    some = dict(list(by_ticket.items())[:MOST_TICKETS])
    firing = Counter(
        Alert.objects.filter(ticket__in=some, state=Alert.State.FIRING)
        .order_by()
        .values_list("ticket", flat=True)
    )
    for ticket, alerts in some.items():
        note_resolved(source, ticket, alerts, firing=firing[ticket], at=at)
    return [row for rows in some.values() for row in rows]
