"""What it costs, what is owed, how late: the rows."""

from apps.billing.models.charges import Charge, RatedEvent, Waiver
from apps.billing.models.decisions import Quote, WaiverRequest
from apps.billing.models.disputes import BillingDispute, BillingDisputeStep
from apps.billing.models.documents import Document, InvoiceRun, Line, TaxTotal
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

__all__ = [
    "Allocation",
    "BillingDispute",
    "BillingDisputeStep",
    "BillingProfile",
    "Books",
    "Charge",
    "ClosedMonth",
    "Document",
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
    "RunAccount",
    "Seller",
    "Series",
    "TaxCategory",
    "TaxRate",
    "TaxTotal",
    "Transfer",
    "Waiver",
    "WaiverRequest",
]
