"""Money as finance sees it."""

from apps.billing.admin.disputes import BillingDisputeAdmin
from apps.billing.admin.import_rows import PaymentImportRowAdmin
from apps.billing.admin.imports import PaymentImportAdmin
from apps.billing.admin.ledger import LedgerAccountAdmin, PostingAdmin
from apps.billing.admin.month_end import ClosedMonthAdmin, LedgerCheckAdmin
from apps.billing.admin.open_items import OpenItemAdmin
from apps.billing.admin.payments import PaymentAdmin

__all__ = [
    "BillingDisputeAdmin",
    "ClosedMonthAdmin",
    "LedgerAccountAdmin",
    "LedgerCheckAdmin",
    "OpenItemAdmin",
    "PaymentAdmin",
    "PaymentImportAdmin",
    "PaymentImportRowAdmin",
    "PostingAdmin",
]
