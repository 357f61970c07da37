"""All reports, in the order in which they are offered."""

from collections.abc import Mapping

from apps.billing.queries.reports.aging import AGING
from apps.billing.queries.reports.charges import HELD, WAIVED
from apps.billing.queries.reports.documents import CREDIT_NOTES, INVOICES, LINES, REVENUE, TAX
from apps.billing.queries.reports.payments import ALLOCATIONS, RECEIPTS
from apps.billing.queries.reports.profiles import PROFILES
from apps.billing.queries.reports.service import SLA, TAM
from apps.billing.queries.reports.shape import Report
from apps.billing.queries.reports.statement import STATEMENT

REPORTS: Mapping[str, Report] = {
    report.key: report
    for report in (
        INVOICES,
        LINES,
        CREDIT_NOTES,
        RECEIPTS,
        ALLOCATIONS,
        AGING,
        STATEMENT,
        REVENUE,
        TAX,
        HELD,
        WAIVED,
        SLA,
        TAM,
    )
}


def report_named(key: str) -> Report | None:
    """Return the report or the profile of that key; None: there is none."""
    return REPORTS.get(key) or PROFILES.get(key)
