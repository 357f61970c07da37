"""Money as finance sees it."""

from apps.billing.admin.charges import ChargeAdmin
from apps.billing.admin.disputes import BillingDisputeAdmin
from apps.billing.admin.documents import DocumentAdmin
from apps.billing.admin.exemptions import ExemptionAdmin
from apps.billing.admin.exports import ExportBatchAdmin
from apps.billing.admin.import_rows import PaymentImportRowAdmin
from apps.billing.admin.imports import PaymentImportAdmin
from apps.billing.admin.ledger import LedgerAccountAdmin, PostingAdmin
from apps.billing.admin.month_end import ClosedMonthAdmin, LedgerCheckAdmin
from apps.billing.admin.open_items import OpenItemAdmin
from apps.billing.admin.parties import (
    BillingProfileAdmin,
    SellerAdmin,
    SeriesAdmin,
    TaxCategoryAdmin,
)
from apps.billing.admin.payments import PaymentAdmin
from apps.billing.admin.programs import ExportProfileAdmin
from apps.billing.admin.proposals import StandingProposalAdmin
from apps.billing.admin.rated_events import RatedEventAdmin, WaiverRequestAdmin
from apps.billing.admin.runs import InvoiceRunAdmin, RunAccountAdmin
from apps.billing.admin.standings import StandingReviewAdmin

__all__ = [
    "BillingDisputeAdmin",
    "BillingProfileAdmin",
    "ChargeAdmin",
    "ClosedMonthAdmin",
    "DocumentAdmin",
    "ExemptionAdmin",
    "ExportBatchAdmin",
    "ExportProfileAdmin",
    "InvoiceRunAdmin",
    "LedgerAccountAdmin",
    "LedgerCheckAdmin",
    "OpenItemAdmin",
    "PaymentAdmin",
    "PaymentImportAdmin",
    "PaymentImportRowAdmin",
    "PostingAdmin",
    "RatedEventAdmin",
    "RunAccountAdmin",
    "SellerAdmin",
    "SeriesAdmin",
    "StandingProposalAdmin",
    "StandingReviewAdmin",
    "TaxCategoryAdmin",
    "WaiverRequestAdmin",
]
