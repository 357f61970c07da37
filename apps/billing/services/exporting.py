"""Exports: a file that is made once, checked against the ledger, and kept byte for byte.

Rows, sums and what the ledger has are read as they were at one instant. A file whose sum is not
the ledger's is not made: the export says both figures.

Clause: S-13.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from apps.billing.files.csv_file import csv_lines, csv_pieces, head
from apps.billing.files.xlsx_file import MOST_ROWS, write_xlsx
from apps.billing.models import ExportBatch, ExportedDocument
from apps.billing.queries.reports import Asked, Report, report_named
from apps.billing.queries.reports.ledger import booked, booked_of
from apps.billing.queries.reports.profiles import (
    new_documents,
    not_coded,
    of_one_file,
    rows_of_documents,
)
from apps.billing.queries.reports.reading import Totals, controlled, rows_of, summed, totals_of
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

State, Format = ExportBatch.State, ExportBatch.Format
AT_ONCE = 20_000  # rows; more are left to a worker
PIECE = 1024 * 1024


@transaction.atomic
def ask_export(
    *, report: Report, asked: Asked, file_format: str, at: datetime, by: User | None
) -> ExportBatch:
    """Write down that an export is wanted; ``make_export`` makes it.

    :raises BillingRefused: there is nothing new for the program, something has no name there, or a
        sheet has no room for so many rows.
    """
    if report.one_account and asked.account_id is None:
        raise BillingRefused("Choose an account: this is a report on one.")
    count = _expected(report, asked)
    if file_format == Format.XLSX and count > MOST_ROWS:
        raise BillingRefused(f"A sheet has room for {MOST_ROWS:,} rows: take CSV instead.")
    return ExportBatch.objects.create(
        report=report.key,
        format=Format.CSV if report.profile else file_format,
        since_on=asked.since,
        until_on=asked.until,
        account_id=asked.account_id,
        currency=asked.currency,
        asked_at=at,
        asked_by=by,
        expected_rows=count,
    )


def make_export(*, batch_id: int, at: datetime) -> ExportBatch | None:
    """Make an export that waits, in one transaction. None: it is made, or somebody makes it.

    A worker that is killed leaves it waiting, and the next one makes it.

    Clause: S-13.
    """
    with _one_instant():
        rows = ExportBatch.objects.select_for_update(skip_locked=True, of=("self",))
        batch = rows.filter(pk=batch_id, state=State.WAITING).first()
        if batch is None:
            return None
        with TemporaryDirectory() as folder:
            _make(batch, Path(folder) / "export", at)
    return batch


def make_waiting(*, at: datetime) -> int:
    """Make what still waits, and return how many there were."""
    waiting = ExportBatch.objects.filter(state=State.WAITING).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    return sum(make_export(batch_id=pk, at=at) is not None for pk in keys)


@contextmanager
def _one_instant() -> Iterator[None]:
    """See all that is read as it was at one instant; within another's transaction, as it does."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _expected(report: Report, asked: Asked) -> int:
    if not report.profile:
        return totals_of(report, asked).row_count
    documents = of_one_file(report, asked)
    if not documents:
        raise BillingRefused(_nothing_new(report, asked))
    if missing := not_coded(report, documents):
        raise BillingRefused(
            f"Say under “Accounting programs” how it names {', '.join(missing)}, then export."
        )
    return len(documents)


def _nothing_new(report: Report, asked: Asked) -> str:
    earlier = ExportedDocument.objects.filter(
        profile=report.profile,
        document__kind__in=report.documents,
        document__issued_on__gte=asked.since,
        document__issued_on__lte=asked.until,
    )
    keys = sorted(set(earlier.values_list("batch", flat=True)))
    if not keys:
        return "There is no final document in this period."
    return f"Nothing is new in this period: export {', '.join(map(str, keys))} has it all."


def _make(batch: ExportBatch, path: Path, at: datetime) -> None:
    report = report_named(batch.report)
    if report is None:
        raise BillingRefused(f"There is no report “{batch.report}” any more.")
    asked = Asked(batch.since_on, batch.until_on, batch.account_id, batch.currency)
    documents = of_one_file(report, asked) if report.profile else []
    totals = _write(report, asked, documents, batch.format, path)
    ours = controlled(report, totals)
    theirs = _booked(report, asked, documents)
    batch.made_at = at
    batch.row_count = totals.row_count
    batch.totals = {currency: _words(of) for currency, of in totals.sums.items()}
    batch.booked = _words(theirs)
    if report.booked is not None and ours != dict(theirs):
        batch.state, batch.problem = State.REFUSED, _differs(_words(ours), _words(theirs))
    elif report.profile and not documents:
        batch.state, batch.problem = State.REFUSED, _nothing_new(report, asked)
    else:
        _keep(batch, report, documents, path)
    batch.save()


def _write(
    report: Report, asked: Asked, documents: list[int], file_format: str, path: Path
) -> Totals:
    if report.profile:
        rows = list(rows_of_documents(report, documents))
        path.write_bytes(head(report) + b"".join(csv_lines(report.columns, rows)))
        return summed(report, rows)
    if file_format == Format.XLSX:
        write_xlsx(report, rows_of(report, asked), path)
    else:
        with path.open("wb") as file:
            file.writelines(csv_pieces(report, asked))
    return totals_of(report, asked)


def _booked(report: Report, asked: Asked, documents: list[int]) -> Mapping[str, Decimal]:
    if report.booked is None:
        return {}
    if report.profile:
        return booked_of(report.booked, documents)
    return booked(report.booked, asked)


def _keep(batch: ExportBatch, report: Report, documents: list[int], path: Path) -> None:
    ending = batch.format.lower()
    name = f"{report.key}-{batch.since_on}-{batch.until_on}-{batch.pk}.{ending}"
    batch.sha256, batch.size = _digest(path), path.stat().st_size
    with path.open("rb") as file:
        batch.file = default_storage.save(f"exports/{name}", File(file))
    batch.state = State.DONE
    ExportedDocument.objects.bulk_create(
        ExportedDocument(batch=batch, profile=report.profile, document_id=pk) for pk in documents
    )


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _words(amounts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}


def _differs(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    return "; ".join(
        f"{currency}: the report comes to {ours.get(currency, '0.00')}, the ledger has"
        f" {theirs.get(currency, '0.00')}"
        for currency in sorted({*ours, *theirs})
        if ours.get(currency) != theirs.get(currency)
    )


def left_over(report: Report, asked: Asked) -> int:
    """Return how many documents of the period the program was not given yet."""
    return new_documents(report, asked).count()
