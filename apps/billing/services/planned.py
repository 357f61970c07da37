"""A row of a bank's file, and what booking it would do.

Clause: V-3.4.6, S-12.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.bank_files.read import BankFile, BankRow
from apps.billing.models import PaymentImportRow
from apps.billing.rules.money import ZERO
from apps.contracts.models import Account

State = PaymentImportRow.State


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a row's amount settles so much of an invoice, or of something else owed."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Planned:
    """A row, its account, and what would become of it. ``why`` says what speaks against it."""

    row: BankRow
    state: str
    account: Account | None = None
    why: str = ""
    parts: Sequence[Part] = ()

    @property
    def credit_amount(self) -> Decimal:
        """What of it would stay as the account's credit."""
        return self.row.amount - sum((part.amount for part in self.parts), ZERO)

    @property
    def stays(self) -> Decimal:
        """What of it stays as credit if it is booked; nothing, where it is not."""
        return self.credit_amount if self.state == State.WAITING else ZERO


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows of a file. Two plans of one digest show the same."""

    file: BankFile
    rows: Sequence[Planned]

    def of(self, state: str) -> Sequence[Planned]:
        """Return the rows of which this would become."""
        return [each for each in self.rows if each.state == state]

    @property
    def digest(self) -> str:
        shown = [
            [
                each.row.number,
                each.state,
                each.account.pk if each.account else 0,
                each.why,
                [[part.name, str(part.amount)] for part in each.parts],
            ]
            for each in self.rows
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
