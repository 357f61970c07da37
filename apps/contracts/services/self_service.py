"""What an account's own people may change by themselves, in the portal and by API."""

from apps.contracts.models import Account
from apps.contracts.queries.restrictions import restrictions


class DashboardSuspended(Exception):
    """An add, change or deletion by an account's people is refused; the message says why.

    ``clause`` is what it rests on.
    """

    def __init__(self, message: str, *, clause: str) -> None:
        super().__init__(message)
        self.clause = clause


def check_dashboard(*, account: Account) -> None:
    """Let an add, change or deletion of a service or user by the account's own people pass.

    Whoever does it calls this first, in the same transaction, with the account locked: a payment
    that is being booked decides it before, or after. What staff do by hand is not asked for.

    Clause: S-12.

    :raises DashboardSuspended: the dashboard is suspended.
    """
    found = restrictions(account)
    if found.dashboard:
        raise DashboardSuspended(
            f"Adds, changes and deletions are suspended. {found.why}", clause=found.clause
        )
