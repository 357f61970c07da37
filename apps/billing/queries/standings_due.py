"""Which accounts' standing may be another than the one on record, or is to be told of.

One pass over what is open, aggregated by the database, and a comparison of figures an account. It
may name an account too many, whose review then finds nothing to do; it never leaves one out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
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
    told: set[tuple[int, date, int]] = field(default_factory=set)  # acts on, days before


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
    screen = _Screen(record, governing_all(at=at), at)
    seen = set()
    for account, owes in _open_items():
        seen.add(account)
        if screen.is_due(account, owes):
            yield account
    # Who owes nothing any more, though nobody reviewed that, and those that are spared no longer.
    for account in sorted({*record.states, *record.spared, *record.proposed} - seen):
        if screen.is_due(account, _NOTHING):
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
    columns = ("account_id", "acts_on", "days_before")
    record.told = set(ahead.values_list(*columns))
    return record


class _Screen:
    """Tells which accounts a review has something to do for, by figures that need no history."""

    def __init__(self, record: _Record, governed: dict[int, Governing], at: datetime) -> None:
        self.record, self.governed = record, governed
        zones = {of_order.zone for of_order in governed.values()} | {"UTC"}
        self.days = {zone: at.astimezone(ZoneInfo(zone)).date() for zone in zones}

    def is_due(self, account: int, owes: _Owes) -> bool:
        of_order = self.governed.get(account)
        ladder = of_order.ladder if of_order else None
        on = self.days[of_order.zone if of_order else "UTC"]
        spared = self.record.spared.get(account)
        if spared is not None and spared[1] < on:
            return True  # what became of it is to be written down
        if account in self.record.held:
            return False
        if ladder is None:
            return account in self.record.states
        if ladder.excludes == "bona_fide" and owes.has_dispute:
            return True
        return self._is_due_by(ladder, account, owes, on)

    def _is_due_by(self, ladder: Ladder, account: int, owes: _Owes, on: date) -> bool:
        state = self.record.states.get(account, GOOD)
        wanted, first = _wanted(ladder, owes, state, on)
        if account in self.record.spared:
            is_promise = self.record.spared[account][0] == Exemption.Kind.PROMISE
            if state != (min(state, wanted, key=_hardness) if is_promise else GOOD):
                return True
            # What comes on the day after may rest on what is paid by now: a review looks.
            back_on = self.record.spared[account][1] + timedelta(days=1)
            return first is not None and self._is_untold(ladder, account, back_on, on)
        if wanted != state or account in self.record.proposed:
            return wanted == state or self.record.proposed.get(account) != wanted
        return first is not None and self._is_to_be_told(ladder, account, wanted, (on, first))

    def _is_to_be_told(
        self, ladder: Ladder, account: int, state: str, dates: tuple[date, date]
    ) -> bool:
        on, first = dates
        for rung in ladder.rungs:
            acts_on = first + timedelta(days=rung.first_day)
            if acts_on > on and is_harder(rung.state, state):
                return self._is_untold(ladder, account, acts_on, on)
        return False

    def _is_untold(self, ladder: Ladder, account: int, acts_on: date, on: date) -> bool:
        notices = [each for each in ladder.notice_days if (acts_on - on).days <= each]
        return bool(notices) and (account, acts_on, min(notices)) not in self.record.told


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


def _hardness(state: str) -> int:
    return is_harder(state, GOOD) + is_harder(state, "SUPPORT_SUSPENDED")
