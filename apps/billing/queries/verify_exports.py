"""What must hold of exports: what the ledger had for their period, it has still."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from apps.billing.models import ExportBatch, Posting
from apps.billing.queries.checking import MOST_SHOWN, Check, Found
from apps.billing.queries.reports import Asked, Report, report_named
from apps.billing.queries.reports.ledger import booked, booked_of

# Who posts says when it began and commits later: an export made meanwhile has not seen it.
LONGEST_ACT = timedelta(hours=1)


def _differing() -> Found:
    words = list(_words())
    return Found(len(words), words[:MOST_SHOWN])


def _words() -> Iterator[str]:
    for batch in ExportBatch.objects.filter(state=ExportBatch.State.DONE).order_by("pk"):
        report = report_named(batch.report)
        if report is None or report.booked is None:
            continue
        kept = {currency: Decimal(amount) for currency, amount in batch.booked.items()}
        now = _now(batch, report)
        if kept != now and not _was_passed(batch, report):
            yield (
                f"{batch}, {batch.report} from {batch.since_on} to {batch.until_on}, was made at"
                f" {_shown(kept)}; the ledger now has {_shown(now)} for it."
            )


def _now(batch: ExportBatch, report: Report) -> Mapping[str, Decimal]:
    assert report.booked is not None
    if report.profile:
        documents = batch.documents.values_list("document", flat=True)
        return dict(booked_of(report.booked, documents))
    asked = Asked(batch.since_on, batch.until_on, batch.account_id, batch.currency)
    return dict(booked(report.booked, asked, posted_by=batch.made_at))


def _was_passed(batch: ExportBatch, report: Report) -> bool:
    """Tell whether something was being posted into the period while the export was made."""
    if report.profile or batch.made_at is None:
        return False
    return Posting.objects.filter(
        dated_on__lte=batch.until_on,
        posted_at__gt=batch.made_at - LONGEST_ACT,
        posted_at__lte=batch.made_at,
    ).exists()


def _shown(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in amounts.items()) or "nothing"


CHECKS = [
    Check("exports", "An export's control total is what the ledger has for its period", _differing)
]
