"""Money as finance sees it: payments, files of a bank, disputes, what is open."""

from apps.billing.admin.disputes import BillingDisputeAdmin
from apps.billing.admin.import_rows import PaymentImportRowAdmin
from apps.billing.admin.imports import PaymentImportAdmin
from apps.billing.admin.open_items import OpenItemAdmin
from apps.billing.admin.payments import PaymentAdmin

__all__ = [
    "BillingDisputeAdmin",
    "OpenItemAdmin",
    "PaymentAdmin",
    "PaymentImportAdmin",
    "PaymentImportRowAdmin",
]
