"""What it costs, what is owed, how late: the rows."""

from apps.billing.models.charges import Charge, RatedEvent, Waiver
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
from apps.billing.models.ledger import Books, ClosedMonth, LedgerAccount, Posting, Transfer
from apps.billing.models.parties import BillingProfile, Seller, Series, TaxCategory, TaxRate
from apps.billing.models.payments import Allocation, OpenItem, Payment

__all__ = [
    "Allocation",
    "BillingDispute",
    "BillingDisputeStep",
    "BillingProfile",
    "Books",
    "Charge",
    "ClosedMonth",
    "Document",
    "ExportBatch",
    "ExportProfile",
    "ExportedDocument",
    "InvoiceRun",
    "LedgerAccount",
    "Line",
    "OpenItem",
    "Payment",
    "PaymentImport",
    "PaymentImportRow",
    "Posting",
    "RatedEvent",
    "RevenueCode",
    "Seller",
    "Series",
    "TaxCategory",
    "TaxName",
    "TaxRate",
    "TaxTotal",
    "Transfer",
    "Waiver",
]
