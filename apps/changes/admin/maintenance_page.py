"""What the page of maintenance shows: what it is, who is told, what was told, what comes next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from apps.changes.models import Maintenance, MaintenanceNotice, MaintenanceUpdate
from apps.changes.queries import Reader, audience_of
from apps.changes.rules.maintenance import Act, State, days_of_notice, leads_to
from apps.contracts.wording import span
from apps.outbox.models import Message

OWED = (State.PLANNED, State.CONFIRMED)  # of what is told ahead, notice is owed
SHOWN = 50  # accounts, unless all are asked for
TONES = {
    State.PLANNED: "amber",
    State.CONFIRMED: "",
    State.IN_PROGRESS: "red",
    State.DONE: "green",
    State.CANCELLED: "",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An update, and how far its mails are."""

    update: MaintenanceUpdate
    accounts: int
    former: int
    short: int
    mails: int
    sent: int
    dead: int


@dataclass(frozen=True, slots=True)
class Row:
    """An account of the audience. ``given``: days of notice, were it told now."""

    reader: Reader
    given: int

    @property
    def is_short(self) -> bool:
        return self.given < self.reader.owed_days


def page_of(
    row: Maintenance, *, at: datetime, zone: str, may_act: bool, everybody: bool
) -> Mapping[str, Any]:
    """Return the page's context. ``zone`` is the reader's.

    Clause: S-11.
    """
    is_open = row.state not in (State.DONE, State.CANCELLED)
    readers = audience_of(row) if is_open else []
    rows = [_row(reader, row, at) for reader in readers]
    return {
        "row": row,
        "tone": TONES[State(row.state)],
        "is_open": is_open,
        "is_before": at < row.starts_at,
        "is_after": at >= row.ends_at,
        "may_act": may_act and is_open,
        "acts": acts_of(row) if may_act else [],
        "affected": list(row.services.all()),
        "named": list(row.named_objects.select_related("account")),
        "clocks": clocks_of(row, readers, zone=zone),
        "rows": rows if everybody else rows[:SHOWN],
        "more": 0 if everybody else max(len(rows) - SHOWN, 0),
        "accounts": len(rows),
        "people": sum(len(reader.people) for reader in readers),
        "unreached": sum(not reader.people for reader in readers),
        "short": sum(each.is_short for each in rows) if row.state in OWED else 0,
        "told": told_of(row),
        "past": past_of(row),
    }


def acts_of(row: Maintenance) -> list[str]:
    """Return the acts that the page offers, as it stands."""
    acts = [act for act in Act if leads_to(act, State(row.state)) is not None]
    if row.announced_at is not None and Act.ANNOUNCE in acts:
        acts.remove(Act.ANNOUNCE)
    return [act.lower() for act in acts]


def past_of(row: Maintenance) -> list[Any]:
    """Return what was done, the latest first; an act that wrote several rows is one."""
    rows = row.history.select_related("history_user").order_by("-history_date", "-history_id")
    acts = {(each.history_date, each.history_change_reason): each for each in rows[: 2 * SHOWN]}
    return list(acts.values())[:SHOWN]


def clocks_of(row: Maintenance, readers: Sequence[Reader], *, zone: str) -> list[str]:
    """Return the window on the clocks of the policies that it is told under, each once.

    A clock that shows what the reader's shows is left out.
    """
    zones = {reader.version.time_zone for reader in readers}
    if not zones:
        notices = MaintenanceNotice.objects.filter(update__maintenance=row).order_by()
        zones = set(notices.values_list("version__time_zone", flat=True).distinct())
    theirs = [span(row.starts_at, row.ends_at, ZoneInfo(name)) for name in sorted(zones)]
    own = span(row.starts_at, row.ends_at, ZoneInfo(zone))
    return [words for words in dict.fromkeys(theirs) if words != own]


def told_of(row: Maintenance) -> list[Told]:
    """Return what was told, the latest first, with its mails: three queries."""
    counts = {
        each["update"]: each
        for each in MaintenanceNotice.objects.filter(update__maintenance=row)
        .order_by()
        .values("update")
        .annotate(
            accounts=Count("pk", filter=Q(is_affected=True)),
            former=Count("pk", filter=Q(is_affected=False)),
            short=Count("pk", filter=Q(is_short=True)),
            sum_of_mails=Sum("mails"),
        )
    }
    states: defaultdict[int, dict[str, int]] = defaultdict(dict)
    updates = list(row.updates.select_related("by").order_by("-sequence"))
    for update in updates:
        sent = Message.objects.filter(key__startswith=f"maintenance:{row.pk}:{update.sequence}:")
        for state, count in sent.order_by().values_list("state").annotate(Count("pk")):
            states[update.pk][state] = count
    return [
        Told(
            update=update,
            accounts=counts[update.pk]["accounts"],
            former=counts[update.pk]["former"],
            short=counts[update.pk]["short"],
            mails=counts[update.pk]["sum_of_mails"] or 0,
            sent=states[update.pk].get("SENT", 0),
            dead=states[update.pk].get("DEAD", 0),
        )
        for update in updates
    ]


def _row(reader: Reader, row: Maintenance, at: datetime) -> Row:
    zone = reader.version.time_zone
    return Row(reader, days_of_notice(told_at=at, starts_at=row.starts_at, zone=zone))
