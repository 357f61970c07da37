"""What it costs, what is owed, how late: the rows."""

from apps.billing.models.charges import Charge, RatedEvent, Waiver
from apps.billing.models.decisions import Quote, WaiverRequest
from apps.billing.models.disputes import BillingDispute, BillingDisputeStep
from apps.billing.models.documents import Document, InvoiceRun, Line, TaxTotal
from apps.billing.models.exports import (
    ExportBatch,
    ExportedDocument,
    ExportProfile,
    RevenueCode,
    TaxName,
)
from apps.billing.models.imports import PaymentImport, PaymentImportRow
from apps.billing.models.ledger import (
    Books,
    ClosedMonth,
    LedgerAccount,
    LedgerCheck,
    Posting,
    Transfer,
)
from apps.billing.models.parties import BillingProfile, Seller, Series, TaxCategory, TaxRate
from apps.billing.models.payments import Allocation, OpenItem, Payment
from apps.billing.models.plans import PlanClock
from apps.billing.models.runs import RunAccount
from apps.billing.models.standings import (
    Exemption,
    StandingNotice,
    StandingProposal,
    StandingReview,
)

__all__ = [
    "Allocation",
    "BillingDispute",
    "BillingDisputeStep",
    "BillingProfile",
    "Books",
    "Charge",
    "ClosedMonth",
    "Document",
    "Exemption",
    "ExportBatch",
    "ExportProfile",
    "ExportedDocument",
    "InvoiceRun",
    "LedgerAccount",
    "LedgerCheck",
    "Line",
    "OpenItem",
    "Payment",
    "PaymentImport",
    "PaymentImportRow",
    "PlanClock",
    "Posting",
    "Quote",
    "RatedEvent",
    "RevenueCode",
    "RunAccount",
    "Seller",
    "Series",
    "StandingNotice",
    "StandingProposal",
    "StandingReview",
    "TaxCategory",
    "TaxName",
    "TaxRate",
    "TaxTotal",
    "Transfer",
    "Waiver",
    "WaiverRequest",
]
