"""What an account owes and has as credit, in sums.

Clause: V-3.4.6, S-12, R-4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from apps.billing.models import OpenItem
from apps.billing.rules.money import ZERO, to_cents
from apps.outbox.compiled import Compiled
from apps.portal.queries.seats import Seat

OWED, CREDIT = Q(side=OpenItem.Side.DEBIT), Q(side=OpenItem.Side.CREDIT)
# As the two indexes of what is open have it, one for each side.
OPEN = OWED & Q(open_amount__gt=0) | CREDIT & Q(open_amount__gt=0)


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one currency. ``overdue_amount`` is past due, less what of it is under dispute."""

    currency: str
    open_amount: Decimal
    open_count: int
    overdue_amount: Decimal
    disputed_amount: Decimal
    credit_amount: Decimal


def home_money(seat: Seat, *, at: datetime) -> Sequence[Sums]:
    """Return what the account owes, by currency, in one query; empty: nothing is open.

    Clause: V-3.4.6, S-12.
    """
    rows = _sums.values(account=seat.account.pk, on=today_at(seat, at=at))
    return [
        Sums(
            currency=currency,
            open_amount=_cents(owed),
            open_count=count,
            overdue_amount=_cents(late) - _cents(late_disputed),
            disputed_amount=_cents(disputed),
            credit_amount=_cents(credit),
        )
        for currency, owed, count, late, late_disputed, disputed, credit in rows
    ]


def _of_account(account: int, on: date) -> QuerySet:
    late = OWED & Q(due_on__lt=on)
    rows = OpenItem.objects.filter(OPEN, account=account).order_by("currency")
    return rows.values_list("currency").annotate(
        owed=Sum("open_amount", filter=OWED),
        count=Count("pk", filter=OWED),
        late=Sum("open_amount", filter=late),
        late_disputed=Sum("disputed_amount", filter=late),
        disputed=Sum("disputed_amount", filter=OWED),
        credit=Sum("open_amount", filter=CREDIT),
    )


_sums = Compiled(_of_account)


def today_at(seat: Seat, *, at: datetime) -> date:
    """Return the day in the zone of the policy of the newest order, which counts days overdue.

    Clause: R-4.
    """
    return at.astimezone(ZoneInfo(seat.orders[0].version.time_zone)).date()


def _cents(amount: Decimal | None) -> Decimal:
    """SQLite adds up floats, of which the cents are right."""
    return to_cents(amount) if amount is not None else ZERO
