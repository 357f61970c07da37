"""Importing a bank's file: one act to start it, then its rows in batches, whoever dies between.

A row is booked in the transaction that says so, under a key of its own: a worker that is killed
leaves whole batches, and the next one goes on. No row is booked twice, and none is lost.

Clause: V-3.4.6, S-12.
"""

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from apps.billing.bank_files.choices import Choices
from apps.billing.bank_files.read import BankFile
from apps.billing.models import Payment, PaymentImport, PaymentImportRow
from apps.billing.queries.named import documents_named
from apps.billing.services.import_plan import plan_of
from apps.billing.services.payments import record_payment
from apps.billing.services.planned import Plan, Planned
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

BATCH = 50  # rows in one transaction: what a kill undoes, and how long their accounts are held
LONGEST_REFERENCE, LONGEST_NOTE = 140, 250
State = PaymentImportRow.State


class ImportChanged(BillingRefused):
    """What the preview showed is not what booking would do any more. Nothing was written."""


@transaction.atomic
def start_import(
    *, file: BankFile, choices: Choices, seen: str, by: User, at: datetime
) -> PaymentImport:
    """Store a file and its rows, to be booked. ``seen`` is the digest of the plan that was shown.

    :raises ImportChanged: the plan is another one by now.
    :raises BillingRefused: the file was imported before, or has rows that cannot be read.
    """
    _hold_imports()
    check_is_new(file)
    if file.problems or file.header.unclear:
        raise BillingRefused("The file has rows that cannot be read. Nothing was booked.")
    plan = plan_of(file=file, at=at)
    if plan.digest != seen:
        raise ImportChanged("Something changed since this was shown. Nothing was booked yet.")
    try:
        return _stored(plan, choices, by=by, at=at)
    except IntegrityError:
        raise ImportChanged(
            "Somebody imported some of these rows at the same moment. Nothing was booked yet."
        ) from None


def check_is_new(file: BankFile) -> None:
    """Let a file pass that was not imported before.

    :raises BillingRefused: it was; the message says by whom and when.
    """
    rows = PaymentImport.objects.filter(digest=file.digest).select_related("imported_by")
    there = rows.first()
    if there is not None:
        raise BillingRefused(
            f"{there.imported_by} imported this file on {there.imported_at:%Y-%m-%d at %H:%M} UTC,"
            f" as {there}. Nothing was booked again."
        )


def _hold_imports() -> None:
    """Let one file after the other be stored: each is compared with those before it."""
    if connection.vendor == "postgresql":  # on SQLite one writes at a time
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE billing_paymentimport IN SHARE ROW EXCLUSIVE MODE")


def book_pending(*, at: datetime) -> int:
    """Book the rows of all imports that wait for it; return how many were booked or refused."""
    waiting = PaymentImport.objects.filter(state=PaymentImport.State.OPEN).order_by("pk")
    return sum(book_import(payment_import=each, at=at) for each in waiting)


def book_import(*, payment_import: PaymentImport, at: datetime, most: int | None = None) -> int:
    """Book the rows of one import, batch by batch; return how many were booked or refused.

    ``most``: leave the rest to the next run. Where another worker is at it, nothing is done.
    """
    done = 0
    while most is None or done < most:
        booked = _book_batch(payment_import, at=at)
        done += booked
        if not booked:
            break
    return done


@transaction.atomic
def _stored(plan: Plan, choices: Choices, *, by: User, at: datetime) -> PaymentImport:
    to_book = plan.of(State.WAITING)
    is_done = not to_book
    made = PaymentImport.objects.create(
        name=plan.file.name[:200],
        digest=plan.file.digest,
        choices=choices.packed(),
        row_count=len(plan.rows),
        outgoing_count=len(plan.file.outgoing),
        state=PaymentImport.State.DONE if is_done else PaymentImport.State.OPEN,
        imported_at=at,
        imported_by=by,
        finished_at=at if is_done else None,
    )
    PaymentImportRow.objects.bulk_create(
        [_stored_row(made, planned) for planned in plan.rows], batch_size=BATCH * 10
    )
    return made


def _stored_row(made: PaymentImport, planned: Planned) -> PaymentImportRow:
    row = planned.row
    return PaymentImportRow(
        payment_import=made,
        number=row.number,
        bank_key=row.key,
        received_on=row.received_on,
        amount=row.amount,
        currency=row.currency,
        method=row.method,
        reference=row.reference,
        payer=row.payer,
        account=planned.account,
        state=planned.state,
        why=planned.why[:400],
    )


@transaction.atomic
def _book_batch(payment_import: PaymentImport, *, at: datetime) -> int:
    imports = PaymentImport.objects.select_for_update(skip_locked=True, no_key=True)
    mine = imports.filter(pk=payment_import.pk, state=PaymentImport.State.OPEN).first()
    if mine is None:
        return 0
    rows = PaymentImportRow.objects.filter(payment_import=mine, state=State.WAITING)
    batch = list(
        rows.select_for_update(of=("self",)).select_related("account").order_by("number")[:BATCH]
    )
    # By account, as everywhere where several are held: no two workers wait for each other.
    for row in sorted(batch, key=lambda each: (each.account_id or 0, each.number)):
        _book(row, by=mine.imported_by, at=at)
    if len(batch) < BATCH:
        imports.filter(pk=mine.pk).update(state=PaymentImport.State.DONE, finished_at=at)
    return len(batch)


def _book(row: PaymentImportRow, *, by: User, at: datetime) -> None:
    try:
        with transaction.atomic():
            payment = payment_of(row, by=by, at=at)
    except BillingRefused as refusal:
        row.state, row.why = State.REFUSED, str(refusal)[:400]
        row.save(update_fields=["state", "why"])
    else:
        row.state, row.payment, row.why = State.BOOKED, payment, ""
        row.save(update_fields=["state", "payment", "why"])


def payment_of(
    row: PaymentImportRow,
    *,
    by: User | None,
    at: datetime,
    as_credit: bool = False,
    reason: str = "",
) -> Payment:
    """Record the payment that a row says, once. ``as_credit``: it settles nothing yet.

    ``reason`` is why a person booked it, where there was doubt; the payment's note has it.

    :raises BillingRefused: it cannot be booked.
    """
    if row.account is None:
        raise BillingRefused("Choose whose payment it is.")
    return record_payment(
        account=row.account,
        amount=row.amount,
        currency=row.currency,
        received_on=row.received_on,
        method=row.method,
        reference=_reference(row),
        source_key=f"import:{row.payment_import_id}:{row.number}",
        at=at,
        by=by,
        note=f"Row {row.number} of an imported file. {reason}".rstrip(" .")[:LONGEST_NOTE],
        allocations={} if as_credit else None,
    )


def _reference(row: PaymentImportRow) -> str:
    """Return the payer's words; of long ones the numbers of ours that they name, and the start."""
    words = row.reference or row.payer
    if len(words) <= LONGEST_REFERENCE:
        return words
    named = ", ".join(str(each) for each in documents_named([row.reference])[row.reference])
    return f"{named} {words}".strip()[:LONGEST_REFERENCE]
