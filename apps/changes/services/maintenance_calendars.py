"""The secret address by which an account's own calendar reads its maintenance."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from apps.changes.models import MaintenanceCalendar
from apps.contracts.models import Account, User


@transaction.atomic
def make_calendar(*, account: Account, by: User, at: datetime) -> str:
    """Make a new address for an account's calendar, and return its token, which is kept nowhere.

    An address that was there before works no more.

    Clause: S-11.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    revoke_calendar(account=account, by=by, at=at)
    token = secrets.token_urlsafe(32)
    MaintenanceCalendar.objects.create(
        account=account, digest=digest_of(token), made_at=at, made_by=by
    )
    return token


def revoke_calendar(*, account: Account, by: User, at: datetime) -> bool:
    """Let an account's address work no more; return whether there was one.

    Clause: S-11.
    """
    rows = MaintenanceCalendar.objects.standing().filter(account=account)
    return bool(rows.update(revoked_at=at, revoked_by=by))


def digest_of(token: str) -> str:
    """Return what is kept of a token: enough to know it again, not to make it."""
    return sha256(token.encode()).hexdigest()
