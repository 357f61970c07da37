"""What booking a bank's file would do, row by row. Nothing is written.

Clause: V-3.4.6, S-12.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from apps.billing.bank_files.read import BankFile, BankRow
from apps.billing.models import Document, PaymentImportRow
from apps.billing.queries.days import today_of
from apps.billing.queries.named import documents_named
from apps.billing.rules.matching import Owed, settled_by
from apps.billing.services.import_alike import alike_marked
from apps.billing.services.import_facts import (
    Profiles,
    known_rows,
    owed_by,
    profiles_for,
    receipts_by_hand,
)
from apps.billing.services.payment_checks import closed_through, day_problem
from apps.billing.services.planned import Part, Plan, Planned
from apps.contracts.models import Account

State = PaymentImportRow.State


def plan_of(*, file: BankFile, at: datetime) -> Plan:
    """Return what would become of each row if the file were booked now.

    Clause: V-3.4.6, S-12.
    """
    named = documents_named([row.reference for row in file.rows])
    judge = _Judge(
        named=named,
        profiles=profiles_for(file.rows, named),
        known=known_rows([row.key for row in file.rows]),
        at=at,
    )
    judged = [judge.judged(row) for row in file.rows]
    judged = list(alike_marked(judged, named))
    judged = list(_by_hand_already(judged))
    return Plan(file, list(_allocated(judged, named)))


class _Judge:
    """Says of a row whose it is and whether it can be booked."""

    def __init__(
        self,
        *,
        named: Mapping[str, Sequence[Document]],
        profiles: Profiles,
        known: Mapping[str, str],
        at: datetime,
    ) -> None:
        self.named, self.profiles, self.known, self.at = named, profiles, known, at
        self.closed_on = closed_through()
        self.long_past = at.date() - timedelta(days=2)  # in every time zone

    def judged(self, row: BankRow) -> Planned:
        """Return the row with its account and state, and nothing allocated yet."""
        if row.like:
            why = f"The bank gave row {row.like} the same number. Is it another payment?"
            return Planned(row, State.DUPLICATE, self._account(row), why)
        if row.key in self.known:
            return Planned(row, State.DUPLICATE, self._account(row), self.known[row.key])
        named = {each.account_id: each for each in self.named[row.reference]}
        payers = self.profiles.called(row.payer)
        if len(named) > 1:
            words = " and ".join(f"{each} of {each.account}" for each in named.values())
            return Planned(row, State.REFUSED, None, f"It names {words}. Book it by hand.")
        account = self._account(row)
        if account is None:
            return Planned(row, State.UNMATCHED, None, _nobody(row, payers))
        if len(payers) == 1 and named and payers[0].pk not in named:
            invoice = next(iter(named.values()))
            why = f"{invoice} is of another account, {invoice.account}, than {payers[0]}."
            return Planned(row, State.REFUSED, None, why)
        why = self._refusal(row, account)
        return Planned(row, State.REFUSED if why else State.WAITING, account, why)

    def _account(self, row: BankRow) -> Account | None:
        """Return whose it is: by the invoice that it names, else by the name of who paid."""
        named = {each.account_id: each.account for each in self.named[row.reference]}
        if len(named) == 1:
            return next(iter(named.values()))
        payers = self.profiles.called(row.payer)
        return payers[0] if len(payers) == 1 and not named else None

    def _refusal(self, row: BankRow, account: Account) -> str:
        profile = self.profiles.of(account)
        if profile is None:
            return f"{account} has no billing profile. Add one first."
        if profile.currency != row.currency:
            return f"{account} is billed in {profile.currency}, not in {row.currency}."
        is_past = row.received_on <= self.long_past
        today = self.long_past if is_past else today_of(account, at=self.at)
        return day_problem(row.received_on, today=today, closed_through_on=self.closed_on)


def _nobody(row: BankRow, payers: Sequence[Account]) -> str:
    if len(payers) > 1:
        return f"“{row.payer}” may be {' or '.join(str(each) for each in payers)}."
    if row.payer:
        return f"It names no invoice of ours, and no account is called “{row.payer}”."[:400]
    return "It names no invoice of ours, and nobody who paid."


def _by_hand_already(rows: Sequence[Planned]) -> Iterator[Planned]:
    """Yield the rows; of those that look like a payment recorded by hand, a person has to say."""
    accounts = sorted({each.account.pk for each in rows if each.account})
    there = receipts_by_hand(accounts, [each.row.received_on for each in rows])
    for each in rows:
        account = each.account.pk if each.account else 0
        like = there.get((account, each.row.amount, each.row.received_on))
        if like is not None and each.state == State.WAITING:
            why = f"{each.account} paid {like} already, recorded by hand. Is it another payment?"
            yield replace(each, state=State.DUPLICATE, why=why)
        else:
            yield each


def _allocated(
    rows: Sequence[Planned], named: Mapping[str, Sequence[Document]]
) -> Iterator[Planned]:
    """Yield the rows with what each would settle, after those above it."""
    owed = owed_by(sorted({each.account.pk for each in rows if each.account}))
    items = {item.owed.key: item for several in owed.values() for item in several}
    for each in rows:
        if each.state != State.WAITING or each.account is None:
            yield each
            continue
        wanted = {document.pk for document in named[each.row.reference]}
        keys = [item.owed.key for item in owed.get(each.account.pk, [])]
        mine = [replace(items[key].owed, is_named=items[key].document in wanted) for key in keys]
        parts = settled_by(each.row.amount, owed=mine)
        for key, amount in parts.items():
            items[key] = replace(items[key], owed=_less(items[key].owed, amount))
        yield replace(each, parts=[Part(items[key].name, sum_) for key, sum_ in parts.items()])


def _less(item: Owed, amount: Decimal) -> Owed:
    left = item.open_amount - amount
    return replace(item, open_amount=left, disputed_amount=min(item.disputed_amount, left))
