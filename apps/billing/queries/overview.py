"""What finance sees first: revenue by month and kind, what is owed by age, who is suspended.

Revenue is read from the ledger's transfers, age from what is open: neither reads a document.

Clause: S-12, S-13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from apps.billing.models import LedgerAccount, RatedEvent, Transfer
from apps.billing.queries.reports.aging import AGING, BUCKETS, TITLES
from apps.billing.queries.reports.reading import totals_of
from apps.billing.queries.reports.shape import Asked
from apps.billing.rules.money import ZERO, to_cents
from apps.contracts.models import Account, Standing

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """What was earned in a month, by kind. ``share`` is the percentage of the best month."""

    starts_on: date
    by_kind: Mapping[str, Decimal]
    total: Decimal
    share: int

    @property
    def shares(self) -> Sequence[tuple[str, int]]:
        """Return kind -> how much of the column it is, of a thousand."""
        whole = sum((v for v in self.by_kind.values() if v > 0), ZERO) or Decimal(1)
        return [(kind, round(1000 * max(v, ZERO) / whole)) for kind, v in self.by_kind.items()]


@dataclass(frozen=True, slots=True)
class Age:
    title: str
    amount: Decimal
    share: int  # percentage of the largest

    @property
    def shown(self) -> str:
        return f"{self.amount:,.0f}"


@dataclass(frozen=True, slots=True)
class Money:
    """One currency; nothing of it is added to another's."""

    currency: str
    months: Sequence[Month]
    kinds: Sequence[str]
    ages: Sequence[Age]
    owed: Decimal
    disputed: Decimal
    credit: Decimal

    @property
    def legend(self) -> Sequence[tuple[str, str, str]]:
        """Return kind, its title and what it came to in all the months."""
        titles = dict(RatedEvent.Kind.choices)
        sums = {
            kind: sum((month.by_kind.get(kind, ZERO) for month in self.months), ZERO)
            for kind in self.kinds
        }
        return [(kind, str(titles[kind]), f"{amount:,.0f}") for kind, amount in sums.items()]

    @property
    def owed_shown(self) -> str:
        return f"{self.owed:,.2f} {self.currency}"

    @property
    def disputed_shown(self) -> str:
        return f"{self.disputed:,.2f}"

    @property
    def credit_shown(self) -> str:
        return f"{self.credit:,.2f}"


@dataclass(frozen=True, slots=True)
class Stands:
    title: str
    state: str
    count: int
    share: int


def overview(*, on: date) -> Sequence[Money]:
    """Return the last twelve months and today's ages, for each currency there is.

    Clause: S-13.
    """
    months = _months(on)
    earned = _earned(months[0], on)
    ages = totals_of(AGING, Asked(since=on, until=on)).sums
    return [
        _money(currency, months, earned.get(currency, {}), ages.get(currency, {}))
        for currency in sorted({*earned, *ages})
    ]


def standings() -> Sequence[Stands]:
    """Return how many accounts stand how.

    Clause: S-12.
    """
    counts = dict(
        Standing.objects.exclude(state=Standing.State.GOOD)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    good = Account.objects.count() - sum(counts.values())
    counts[Standing.State.GOOD] = good
    largest = max(counts.values(), default=0) or 1
    return [
        Stands(str(label), state, counts.get(state, 0), round(100 * counts.get(state, 0) / largest))
        for state, label in Standing.State.choices
    ]


def _months(on: date) -> list[date]:
    whole = on.year * 12 + on.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(whole - MONTHS + 1, whole + 1)]


def _earned(since: date, on: date) -> dict[str, dict[tuple[date, str], Decimal]]:
    """Return currency -> (month, kind) -> what was credited less what was debited."""
    accounts = {
        row.pk: row for row in LedgerAccount.objects.filter(kind=LedgerAccount.Kind.REVENUE)
    }
    found: dict[str, dict[tuple[date, str], Decimal]] = {}
    for side, sign in (("credit", 1), ("debit", -1)):
        sums = (
            Transfer.objects.filter(
                posting__dated_on__gte=since,
                posting__dated_on__lte=on,
                **{f"{side}__in": list(accounts)},
            )
            .order_by()
            .values_list(TruncMonth("posting__dated_on"), side)
            .annotate(Sum("amount"))
        )
        for month, pk, amount in sums:
            account = accounts[pk]
            of = found.setdefault(account.currency, {})
            of[month, account.key] = of.get((month, account.key), ZERO) + sign * to_cents(amount)
    return found


def _money(
    currency: str,
    months: Sequence[date],
    earned: Mapping[tuple[date, str], Decimal],
    ages: Mapping[str, Decimal],
) -> Money:
    totals = {
        month: sum((v for (when, _), v in earned.items() if when == month), ZERO)
        for month in months
    }
    best = max(totals.values(), default=ZERO) or Decimal(1)
    oldest = max((ages.get(name, ZERO) for name in BUCKETS), default=ZERO) or Decimal(1)
    return Money(
        currency=currency,
        months=[
            Month(
                starts_on=month,
                by_kind={kind: v for (when, kind), v in earned.items() if when == month},
                total=totals[month],
                share=_share(totals[month], best),
            )
            for month in months
        ],
        kinds=[kind for kind in RatedEvent.Kind.values if any(k == kind for _, k in earned)],
        ages=[
            Age(title, ages.get(name, ZERO), _share(ages.get(name, ZERO), oldest))
            for name, title in zip(BUCKETS, TITLES, strict=True)
        ],
        owed=ages.get("owed", ZERO),
        disputed=ages.get("disputed", ZERO),
        credit=ages.get("credit", ZERO),
    )


def _share(amount: Decimal, of: Decimal) -> int:
    return max(round(100 * amount / of), 0) if of > 0 else 0
