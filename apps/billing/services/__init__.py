"""What changes money: each one a transaction."""

from apps.billing.services.refusal import BillingRefused

__all__ = ["BillingRefused"]
