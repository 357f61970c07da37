"""What the database knows of the rows of a bank's file, read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.billing.bank_files.read import BankRow
from apps.billing.models import BillingProfile, Document, OpenItem, Payment, PaymentImportRow
from apps.billing.queries.named import AT_ONCE
from apps.billing.rules.matching import Owed
from apps.contracts.models import Account
from apps.contracts.sheets.alike import folded

Receipt = tuple[int, Decimal, date]  # account, amount, day


@dataclass(frozen=True, slots=True)
class Item:
    """Something owed, what it is called, and the document that it is of, if any."""

    owed: Owed
    name: str
    document: int | None


class Profiles:
    """Accounts by what they, and who pays for them, are called."""

    def __init__(self, rows: Collection[BillingProfile], accounts: Collection[Account]) -> None:
        self._of = {row.account_id: row for row in rows}
        self._called: dict[str, dict[int, Account]] = defaultdict(dict)
        for row in rows:
            self._called[folded(row.legal_name)][row.account_id] = row.account
        for account in accounts:
            self._called[folded(account.name)][account.pk] = account

    def of(self, account: Account) -> BillingProfile | None:
        """Return how an account is billed; None: it is not."""
        return self._of.get(account.pk)

    def called(self, name: str) -> Sequence[Account]:
        """Return the accounts of a name, which is theirs or of who pays for them."""
        return list(self._called.get(folded(name), {}).values()) if name else []


def profiles_for(rows: Sequence[BankRow], named: Mapping[str, Sequence[Document]]) -> Profiles:
    """Read the accounts that rows may be of: all of them, where a row says a name."""
    profiles = BillingProfile.objects.select_related("account")
    if any(row.payer for row in rows):
        return Profiles(list(profiles), list(Account.objects.all()))
    wanted = sorted({each.account_id for several in named.values() for each in several})
    found = [
        profile
        for start in range(0, len(wanted), AT_ONCE)
        for profile in profiles.filter(account__in=wanted[start : start + AT_ONCE])
    ]
    return Profiles(found, [])


def known_rows(keys: Sequence[str]) -> Mapping[str, str]:
    """Return key of the bank -> where that row is already."""
    rows = PaymentImportRow.objects.select_related("payment_import", "payment")
    found: dict[str, str] = {}
    for start in range(0, len(keys), AT_ONCE):
        for row in rows.filter(bank_key__in=keys[start : start + AT_ONCE]).order_by("pk"):
            became = row.get_state_display().lower()
            found[row.bank_key] = f"Row {row.number} of {row.payment_import} is it: {became}."
    return found


def owed_by(accounts: Sequence[int]) -> Mapping[int, Sequence[Item]]:
    """Return account -> what it owes."""
    found: dict[int, list[Item]] = defaultdict(list)
    rows = OpenItem.objects.filter(side=OpenItem.Side.DEBIT, open_amount__gt=0)
    for start in range(0, len(accounts), AT_ONCE):
        some = rows.filter(account__in=accounts[start : start + AT_ONCE])
        for item in some.select_related("document", "payment"):
            owed = Owed(
                key=item.pk,
                due_on=item.due_on or item.dated_on,
                dated_on=item.dated_on,
                open_amount=item.open_amount,
                disputed_amount=item.disputed_amount,
            )
            name = str(item.document or item.payment)
            found[item.account_id].append(Item(owed, name, item.document_id))
    return found


def receipts_by_hand(accounts: Sequence[int], days: Sequence[date]) -> Mapping[Receipt, Payment]:
    """Return the receipts of these accounts and days that came with no file."""
    there: dict[Receipt, Payment] = {}
    receipts = Payment.objects.filter(
        kind=Payment.Kind.RECEIPT, import_row__isnull=True, reversed_by__isnull=True
    )
    for start in range(0, len(accounts), AT_ONCE):
        some = receipts.filter(account__in=accounts[start : start + AT_ONCE])
        for payment in some.filter(received_on__range=(min(days), max(days))):
            there[payment.account_id, payment.amount, payment.received_on] = payment
    return there
