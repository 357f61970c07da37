"""What follows whenever an account owes something else than before."""

from collections.abc import Collection
from datetime import datetime

from apps.billing.services.standing import review_accounts, review_standing
from apps.contracts.models import Account


def settled(*, account: Account, at: datetime) -> None:
    """Do what follows a payment, an allocation, a dispute, an invoice or a credit note.

    It is for the transaction that made the change: the account's standing, and the tickets that
    wait for it, change with it or not at all.

    Clause: S-12, R-5, R-13.
    """
    review_standing(account=account, at=at)


def settled_all(*, accounts: Collection[int], at: datetime) -> None:
    """Do the same for many accounts with few queries; ``accounts`` are their keys.

    Clause: S-12, R-5, R-13.
    """
    review_accounts(accounts=accounts, at=at)
