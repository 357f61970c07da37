"""The lock that everything holds that books on an account."""

from apps.contracts.models import Account


def hold_account(account: Account) -> Account:
    """Hold an account until the transaction ends: what it owes and has paid stays as it is read.

    It comes first: open items, series and books are only locked by who holds the account.
    """
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)
