"""Money as finance sees it."""

from apps.billing.admin.ledger import LedgerAccountAdmin, PostingAdmin
from apps.billing.admin.month_end import ClosedMonthAdmin, LedgerCheckAdmin

__all__ = ["ClosedMonthAdmin", "LedgerAccountAdmin", "LedgerCheckAdmin", "PostingAdmin"]
