"""Proof that the ledger and all that rests on it agree: one statement a check, nothing row by row.

Each check holds by itself of what one statement sees, so that it may run while others work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.billing.models import (
    Allocation,
    Charge,
    Document,
    OpenItem,
    Payment,
    Posting,
    Transfer,
)
from apps.billing.queries import (
    verify_charges,
    verify_documents,
    verify_exports,
    verify_months,
    verify_payments,
)
from apps.billing.queries.balances import balances, open_sides
from apps.billing.queries.checking import Check, Found, room_to_sum

# Whoever keeps something that must agree with the ledger adds its check here.
checks: list[Check] = [
    *verify_months.CHECKS,
    *verify_documents.CHECKS,
    *verify_payments.CHECKS,
    *verify_charges.CHECKS,
    *verify_exports.CHECKS,
]
# They are kept under these names, whatever the admin calls them.
COUNTED = {
    "documents": Document,
    "payments": Payment,
    "postings": Posting,
    "transfers": Transfer,
    "open items": OpenItem,
    "allocations": Allocation,
    "charges": Charge,
}
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that cannot be: which check found it, and the row in words."""

    check: str
    words: str


@dataclass(frozen=True, slots=True)
class Total:
    """A currency on a day: balances by kind of ledger account, and what was open by then."""

    currency: str
    balances: dict[str, Decimal]
    owed: Decimal
    credit: Decimal

    @property
    def agrees(self) -> bool:
        """Whether all sums to nothing, and what is receivable is what is open."""
        receivable = self.balances.get("RECEIVABLE", ZERO)
        return not sum(self.balances.values()) and receivable == self.owed - self.credit


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, what it came to, and all that was found."""

    as_of: date
    checked: Sequence[Check]
    counts: dict[str, int]
    totals: Sequence[Total]
    findings: Sequence[Finding]
    found: int  # findings; of a check with very many only the first are in ``findings``

    @property
    def is_clean(self) -> bool:
        return not self.found


def verify_ledger(*, as_of: date) -> Verified:
    """Check everything; the totals are those at the end of ``as_of``.

    Clause: V-3.4.6, S-12, S-13.
    """
    findings: list[Finding] = []
    found = 0
    with room_to_sum():
        for check in checks:
            result = check.find()
            found += result.count
            findings += _findings(check, result)
        totals = totals_on(as_of)
    wrong = [total for total in totals if not total.agrees]
    findings += [Finding("totals", _disagreement(total, as_of)) for total in wrong]
    return Verified(
        as_of=as_of,
        checked=list(checks),
        counts={name: model._default_manager.count() for name, model in COUNTED.items()},
        totals=totals,
        findings=findings,
        found=found + len(wrong),
    )


def totals_on(day: date) -> list[Total]:
    """Return each currency's totals at the end of a day."""
    kinds, sides = balances(through_on=day), open_sides(through_on=day)
    return [
        Total(
            currency=currency,
            balances=kinds.get(currency, {}),
            owed=sides.get(currency, {}).get("DEBIT", ZERO),
            credit=sides.get(currency, {}).get("CREDIT", ZERO),
        )
        for currency in sorted({*kinds, *sides})
    ]


def _findings(check: Check, result: Found) -> list[Finding]:
    shown = [Finding(check.key, words) for words in result.lines]
    more = result.count - len(shown)
    return [*shown, Finding(check.key, f"And {more} more.")] if more else shown


def _disagreement(total: Total, as_of: date) -> str:
    return (
        f"On {as_of}, {total.currency} sums to {sum(total.balances.values(), ZERO)};"
        f" {total.balances.get('RECEIVABLE', ZERO)} is receivable, and the open items come to"
        f" {total.owed} less {total.credit}."
    )
