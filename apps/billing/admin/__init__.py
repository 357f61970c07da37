"""Money as finance sees it."""

from apps.billing.admin.exports import ExportBatchAdmin
from apps.billing.admin.programs import ExportProfileAdmin

__all__ = ["ExportBatchAdmin", "ExportProfileAdmin"]
