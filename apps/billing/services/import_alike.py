"""Rows of a file that look like rows which another file brought, in other columns.

A row of the bank has a key by what is written of it, which is another one where a file lacks a
column or is read in another way. So that nothing is booked twice, a person has to say that such a
row is another payment.

Clause: V-3.4.6.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal

from apps.billing.bank_files.read import BankRow
from apps.billing.models import Document, PaymentImportRow
from apps.billing.queries.named import AT_ONCE, documents_named
from apps.billing.rules.bank_rows import SaidOfRow, may_be_one
from apps.billing.services.planned import Planned
from apps.contracts.sheets.alike import folded

State = PaymentImportRow.State
Same = tuple[date, Decimal, str]  # day, amount, currency


def alike_marked(
    rows: Sequence[Planned], named: Mapping[str, Sequence[Document]]
) -> Iterator[Planned]:
    """Yield the rows; of those that may be a row of another file, a person has to say.

    A row of another file stands for one row only: where the bank wrote two equal ones, and one is
    there already, the other is new.

    Clause: V-3.4.6.
    """
    there = _there(rows)
    words = sorted({row.reference for several in there.values() for row in several})
    names = documents_named(words) if words else {}
    for each in rows:
        among = there.get(_same(each.row), []) if each.state != State.DUPLICATE else []
        said = _said(each.row.key, each.account.pk if each.account else None, each.row, named)
        like = next(
            (
                row
                for row in among
                if may_be_one(said, _said(row.bank_key, row.account_id, row, names))
            ),
            None,
        )
        if like is None:
            yield each
            continue
        among.remove(like)
        why = f"It looks like {_where(like)} Is it another payment?"
        yield replace(each, state=State.DUPLICATE, why=why)


def _there(rows: Sequence[Planned]) -> Mapping[Same, list[PaymentImportRow]]:
    """Return the rows of other files with a day, amount and currency of these, but no key."""
    keys, wanted = {each.row.key for each in rows}, {_same(each.row) for each in rows}
    days = sorted({day for day, *_ in wanted})
    stored = PaymentImportRow.objects.order_by("pk")
    found: dict[Same, list[PaymentImportRow]] = defaultdict(list)
    alike = [
        pk
        for start in range(0, len(days), AT_ONCE)
        for pk, key, *same in stored.filter(
            received_on__in=days[start : start + AT_ONCE]
        ).values_list("pk", "bank_key", "received_on", "amount", "currency")
        if key not in keys and tuple(same) in wanted
    ]
    whole = stored.select_related("payment_import", "payment")
    for start in range(0, len(alike), AT_ONCE):
        for row in whole.filter(pk__in=alike[start : start + AT_ONCE]):
            found[row.received_on, row.amount, row.currency].append(row)
    return found


def _same(row: BankRow) -> Same:
    return row.received_on, row.amount, row.currency


def _said(
    key: str,
    account: int | None,
    row: BankRow | PaymentImportRow,
    named: Mapping[str, Sequence[Document]],
) -> SaidOfRow:
    names = {each.pk for each in named[row.reference]}
    return SaidOfRow(key, account, names, folded(row.reference), folded(row.payer))


def _where(row: PaymentImportRow) -> str:
    if row.payment is not None:
        on = row.payment.recorded_at.astimezone(UTC).date()
        return f"row {row.number} of {row.payment_import}, booked on {on}."
    on = row.payment_import.imported_at.astimezone(UTC).date()
    became = row.get_state_display().lower()
    return f"row {row.number} of {row.payment_import}, imported on {on}: {became}."
