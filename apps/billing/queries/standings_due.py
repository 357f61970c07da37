"""Which accounts' standing may be another than the one on record, or is to be told of.

One pass over what is open, aggregated by the database, and a comparison of figures an account. It
may name an account too many, whose review then finds nothing to do; it never leaves one out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Min, Q, Sum

from apps.billing.models import Exemption, OpenItem, StandingNotice, StandingProposal
from apps.billing.queries.governing import Governing, governing_all
from apps.billing.rules.ladder import GOOD, Ladder, is_harder
from apps.billing.rules.money import ZERO
from apps.contracts.models import Standing

CHUNK = 10_000  # rows that are fetched together


@dataclass(slots=True)
class _Record:
    """What is on record of accounts that have more than open items."""

    states: dict[int, str] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    spared: dict[int, tuple[str, date]] = field(default_factory=dict)
    proposed: dict[int, str] = field(default_factory=dict)
    told: set[tuple[int, str, date | None, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Owes:
    """An account's open items in one line. ``counted`` leaves out what is disputed."""

    first_due_on: date | None
    first_undisputed_on: date | None
    amount: Decimal
    has_dispute: bool


_NOTHING = _Owes(None, None, ZERO, has_dispute=False)


def accounts_due(*, at: datetime) -> Iterator[int]:
    """Yield the accounts that a review may change or tell something now.

    Clause: S-12, R-4, R-5, R-12.
    """
    record = _on_record(at)
    governed = governing_all(at=at)
    days: dict[str, date] = {}
    seen = set()
    for account, owes in _open_items():
        seen.add(account)
        if _is_due(account, owes, governed.get(account), record, days, at):
            yield account
    # Who owes nothing any more, though nobody reviewed that, and those that are spared no longer.
    for account in sorted((record.states.keys() | record.spared | record.proposed) - seen):
        if _is_due(account, _NOTHING, governed.get(account), record, days, at):
            yield account


def _open_items() -> Iterator[tuple[int, _Owes]]:
    rows = (
        OpenItem.objects.filter(side=OpenItem.Side.DEBIT, open_amount__gt=0)
        .order_by()
        .values_list("account_id")
        .annotate(
            first=Min("due_on"),
            undisputed=Min("due_on", filter=Q(open_amount__gt=F("disputed_amount"))),
            owed=Sum("open_amount"),
            disputed=Sum("disputed_amount"),
        )
    )
    for account, first, undisputed, owed, disputed in rows.iterator(chunk_size=CHUNK):
        yield account, _Owes(first, undisputed, owed, bool(disputed))


def _on_record(at: datetime) -> _Record:
    record = _Record()
    rows = Standing.objects.filter(Q(held_by__isnull=False) | ~Q(state=GOOD))
    for account, state, held_by in rows.values_list("account_id", "state", "held_by_id"):
        record.states[account] = state
        if held_by is not None:
            record.held.add(account)
    in_force = Exemption.objects.filter(status=Exemption.Status.IN_FORCE)
    for account, kind, until_on in in_force.values_list("account_id", "kind", "until_on"):
        record.spared[account] = kind, until_on
    is_open = StandingProposal.objects.filter(status=StandingProposal.Status.OPEN)
    record.proposed = dict(is_open.values_list("account_id", "state"))
    # Midnight passed at most a day earlier anywhere than in UTC.
    ahead = StandingNotice.objects.filter(
        kind=StandingNotice.Kind.WARNING, acts_on__gte=date.fromordinal(at.toordinal() - 1)
    )
    columns = ("account_id", "state", "oldest_due_on", "days_before")
    record.told = set(ahead.values_list(*columns))
    return record


def _is_due(
    account: int,
    owes: _Owes,
    of_order: Governing | None,
    record: _Record,
    days: dict[str, date],
    at: datetime,
) -> bool:
    """Tell whether a review has something to do, by figures that need no history."""
    state = record.states.get(account, GOOD)
    ladder = of_order.ladder if of_order else None
    zone = of_order.zone if of_order else "UTC"
    on = days.get(zone) or days.setdefault(zone, at.astimezone(ZoneInfo(zone)).date())
    spared = record.spared.get(account)
    if spared is not None and spared[1] < on:
        return True  # what became of it is to be written down
    if account in record.held:
        return False
    if ladder is None:
        return state != GOOD
    if ladder.excludes == "bona_fide" and owes.has_dispute:
        return True
    wanted, first = _wanted(ladder, owes, state, on)
    if spared is not None:
        is_promise = spared[0] == Exemption.Kind.PROMISE
        return state != (GOOD if not is_promise else min(state, wanted, key=_hardness))
    if wanted != state:
        return record.proposed.get(account) != wanted
    if account in record.proposed:
        return True
    return first is not None and _is_to_be_told(account, ladder, wanted, first, on, record)


def _wanted(ladder: Ladder, owes: _Owes, state: str, on: date) -> tuple[str, date | None]:
    """Return what the ladder says by the oldest due date, and that date.

    Every change of what is owed was reviewed in its transaction: what was reached is on record.
    """
    first = owes.first_undisputed_on if ladder.excludes else owes.first_due_on
    if first is None or first >= on or owes.amount < ladder.ignore_below:
        return GOOD, first
    rung = ladder.rung_at((on - first).days)
    wanted = rung.state if rung else GOOD
    if ladder.keeps and is_harder(state, wanted):
        wanted = state
    return wanted, first


def _is_to_be_told(
    account: int, ladder: Ladder, state: str, first: date, on: date, record: _Record
) -> bool:
    days = (on - first).days
    for rung in ladder.rungs:
        ahead = rung.first_day - days
        if ahead > 0 and is_harder(rung.state, state):
            notices = [each for each in ladder.notice_days if ahead <= each]
            key: Any = (account, rung.state, first, min(notices, default=0))
            return bool(notices) and key not in record.told
    return False


def _hardness(state: str) -> int:
    return is_harder(state, GOOD) + is_harder(state, "SUPPORT_SUSPENDED")
