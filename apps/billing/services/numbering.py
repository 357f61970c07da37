"""Numbers of final documents: taken under the series' lock, without a gap, dated in their order.

Clause: V-3.4.6, S-13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from apps.billing.models import Document, Series
from apps.billing.queries.printed import Printed
from apps.billing.rules.invoicing import due_on
from apps.billing.services.document_books import Numbered
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.rowset import given, moment, sent
from apps.contracts.models import User

COLUMNS = {
    "id": "bigint",
    "number": "bigint",
    "reference": "text",
    "due_on": "date",
    "parties": "jsonb",
    "terms": "jsonb",
}
FREEZE = """
UPDATE billing_document
SET state = 'FINAL', number = given.number, reference = given.reference, issued_on = %s,
    due_on = given.due_on, parties = given.parties, terms = given.terms, finalised_at = %s,
    finalised_by_id = %s
FROM {given} WHERE billing_document.id = given.id AND billing_document.state = 'DRAFT'
"""


@dataclass(frozen=True, slots=True)
class Issuing:
    """The date that documents bear, when and by whom they are made final."""

    issued_on: date
    at: datetime
    by: User | None


def hold_series(documents: Sequence[Document], *, issued_on: date) -> Mapping[int, Series]:
    """Hold the series of documents, in the order of their keys.

    :raises BillingRefused: a series has a later date already.
    """
    wanted = {document.series_id for document in documents}
    rows = Series.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    held = {series.pk: series for series in rows}
    for series in held.values():
        check_series(series, issued_on=issued_on)
    return held


def check_series(series: Series, *, issued_on: date) -> None:
    """Let a date pass that the next document of a series may bear.

    :raises BillingRefused: its last document has a later date.
    """
    last = series.last_issued_on
    if last is not None and issued_on < last:
        raise BillingRefused(
            f"The last document of {series} is dated {last}, and dates of a series never go back."
            f" Use {last} or later."
        )


def number(
    documents: Sequence[Document],
    series: Mapping[int, Series],
    printed: Mapping[int, Printed],
    how: Issuing,
) -> list[Numbered]:
    """Make drafts final under the next numbers of their series, in the order given.

    Clause: V-3.4.6, S-13.
    """
    ranges = []
    for key, row in series.items():
        mine = [document for document in documents if document.series_id == key]
        if not mine:
            continue
        first = row.next_number
        for place, document in enumerate(mine, start=first):
            _fill(document, row, place, printed[document.pk], how)
        _freeze(mine, how)
        row.next_number, row.last_issued_on = first + len(mine), how.issued_on
        rows = Series.objects.filter(pk=key)
        rows.update(next_number=row.next_number, last_issued_on=row.last_issued_on)
        ranges.append(Numbered(key, first, row.next_number - 1))
    return ranges


def _fill(document: Document, series: Series, place: int, printed: Printed, how: Issuing) -> None:
    is_invoice = document.kind == Document.Kind.INVOICE
    days = printed.terms["payment_days"] if is_invoice else 0
    document.state = Document.State.FINAL
    document.number, document.reference = place, series.printed(place)
    document.issued_on, document.due_on = how.issued_on, due_on(how.issued_on, days)
    document.parties, document.terms = dict(printed.parties), dict(printed.terms)
    document.finalised_at, document.finalised_by = how.at, how.by


def _freeze(documents: Sequence[Document], how: Issuing) -> None:
    rows = [{name: getattr(document, name) for name in COLUMNS} for document in documents]
    by = how.by.pk if how.by else None
    with connection.cursor() as cursor:
        cursor.execute(
            FREEZE.format(given=given(COLUMNS)),
            [how.issued_on, moment(how.at), by, sent(rows)],
        )
        assert cursor.rowcount == len(documents), "a draft changed under its account's lock"
