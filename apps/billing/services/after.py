"""What follows whenever what an account owes has changed, in the same transaction."""

from datetime import datetime

from apps.contracts.models import Account


def settled(*, account: Account, at: datetime) -> None:
    """Do what follows when what an account owes has changed: the standing is reviewed.

    Clause: S-12, R-5.
    """
    return
