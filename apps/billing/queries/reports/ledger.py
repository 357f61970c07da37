"""What the ledger says of a period: the figure that a report's sum must equal to the cent.

Clause: S-13.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, DecimalField, F, Q, QuerySet, Sum, When

from apps.billing.models import LedgerAccount, Transfer
from apps.billing.rules.money import to_cents

if TYPE_CHECKING:
    from apps.billing.queries.reports.shape import Asked

Kind = LedgerAccount.Kind


@dataclass(frozen=True, slots=True)
class Booked:
    """Which transfers count, and which way.

    The balance of the ledger accounts of a kind, debits less credits; turned round where what is
    credited counts. ``documents`` narrows to postings of one kind of document. A balance counts
    from the first day of the books on.
    """

    kind: str
    documents: str = ""
    turned_round: bool = False
    is_balance: bool = False


INVOICED = Booked(Kind.RECEIVABLE, documents="INVOICE")
CREDITED = Booked(Kind.RECEIVABLE, documents="CREDIT_NOTE", turned_round=True)
RECEIVED = Booked(Kind.BANK)
EARNED = Booked(Kind.REVENUE, turned_round=True)
TAXED = Booked(Kind.TAX, turned_round=True)
OWED = Booked(Kind.RECEIVABLE, is_balance=True)


def booked(
    what: Booked, asked: "Asked", *, posted_by: datetime | None = None
) -> Mapping[str, Decimal]:
    """Return currency -> what was booked in the period; of ``posted_by``, as known at that instant.

    Currencies in which nothing was booked are left out.
    """
    rows = Transfer.objects.filter(posting__dated_on__lte=asked.until)
    if not what.is_balance:
        rows = rows.filter(posting__dated_on__gte=asked.since)
    if what.documents:
        rows = rows.filter(posting__document__kind=what.documents)
    if asked.account_id is not None:
        of_account = Q(posting__document__account=asked.account_id)
        rows = rows.filter(of_account | Q(posting__payment__account=asked.account_id))
    if asked.currency:
        rows = rows.filter(currency=asked.currency)
    if posted_by is not None:
        rows = rows.filter(posting__posted_at__lte=posted_by)
    return _balances(what, rows)


def booked_of(what: Booked, documents: Iterable[int]) -> Mapping[str, Decimal]:
    """Return currency -> what was booked for these documents alone."""
    return _balances(what, Transfer.objects.filter(posting__document__in=list(documents)))


def receivable(*, as_of: date, account_id: int | None = None) -> Mapping[str, Decimal]:
    """Return currency -> what is owed at the end of a day, by the ledger.

    Clause: S-12.
    """
    from apps.billing.queries.reports.shape import Asked  # noqa: PLC0415 (it reads this module)

    return booked(OWED, Asked(since=as_of, until=as_of, account_id=account_id))


def _balances(what: Booked, rows: QuerySet[Transfer]) -> Mapping[str, Decimal]:
    whole = DecimalField(max_digits=20, decimal_places=2)
    sums = (
        rows.filter(Q(debit__kind=what.kind) | Q(credit__kind=what.kind))
        .order_by()
        .values_list("currency")
        .annotate(
            debited=Sum(Case(When(debit__kind=what.kind, then=F("amount")), output_field=whole)),
            credited=Sum(Case(When(credit__kind=what.kind, then=F("amount")), output_field=whole)),
        )
    )
    sign = -1 if what.turned_round else 1
    found = {
        currency: sign * to_cents((debited or Decimal(0)) - (credited or Decimal(0)))
        for currency, debited, credited in sums
    }
    return {currency: amount for currency, amount in sorted(found.items()) if amount}
