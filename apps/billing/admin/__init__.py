"""Money as finance sees it."""

from apps.billing.admin.disputes import BillingDisputeAdmin
from apps.billing.admin.exports import ExportBatchAdmin
from apps.billing.admin.import_rows import PaymentImportRowAdmin
from apps.billing.admin.imports import PaymentImportAdmin
from apps.billing.admin.ledger import LedgerAccountAdmin, PostingAdmin
from apps.billing.admin.month_end import ClosedMonthAdmin, LedgerCheckAdmin
from apps.billing.admin.open_items import OpenItemAdmin
from apps.billing.admin.payments import PaymentAdmin
from apps.billing.admin.programs import ExportProfileAdmin

__all__ = [
    "BillingDisputeAdmin",
    "ClosedMonthAdmin",
    "ExportBatchAdmin",
    "ExportProfileAdmin",
    "LedgerAccountAdmin",
    "LedgerCheckAdmin",
    "OpenItemAdmin",
    "PaymentAdmin",
    "PaymentImportAdmin",
    "PaymentImportRowAdmin",
    "PostingAdmin",
]
