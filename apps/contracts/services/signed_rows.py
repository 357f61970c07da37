"""Who writes many rows at once, when and why: what the history says of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts.models import User

AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True, slots=True)
class Signature:
    reason: str
    by: User
    at: datetime

    def of_bulk(self) -> dict[str, Any]:
        """Return what django-simple-history's bulk functions are told."""
        return {
            "batch_size": AT_ONCE,
            "default_user": self.by,
            "default_change_reason": self.reason,
            "default_date": self.at,
        }
