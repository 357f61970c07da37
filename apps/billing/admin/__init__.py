"""Money as finance sees it."""

from apps.billing.admin.disputes import BillingDisputeAdmin
from apps.billing.admin.documents import DocumentAdmin
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
from apps.billing.admin.runs import InvoiceRunAdmin, RunAccountAdmin

__all__ = [
    "BillingDisputeAdmin",
    "BillingProfileAdmin",
    "ClosedMonthAdmin",
    "DocumentAdmin",
    "InvoiceRunAdmin",
    "LedgerAccountAdmin",
    "LedgerCheckAdmin",
    "OpenItemAdmin",
    "PaymentAdmin",
    "PaymentImportAdmin",
    "PaymentImportRowAdmin",
    "PostingAdmin",
    "RunAccountAdmin",
    "SellerAdmin",
    "SeriesAdmin",
    "TaxCategoryAdmin",
]
