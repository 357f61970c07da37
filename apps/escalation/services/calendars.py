"""The secret address by which somebody's calendar reads when they are on call."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from apps.contracts.models import User
from apps.escalation.models import CalendarAddress


@transaction.atomic
def make_address(*, user: User, at: datetime) -> str:
    """Make a new address for a person's calendar, and return its token, which is kept nowhere.

    An address that they had before works no more.

    Clause: S-2.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    revoke_address(user=user, at=at)
    token = secrets.token_urlsafe(32)
    CalendarAddress.objects.create(user=user, digest=digest_of(token), made_at=at)
    return token


def revoke_address(*, user: User, at: datetime) -> bool:
    """Let a person's address work no more; return whether there was one.

    Clause: S-2.
    """
    return bool(CalendarAddress.objects.standing().filter(user=user).update(revoked_at=at))


def digest_of(token: str) -> str:
    """Return what is kept of a token: enough to know it again, not to make it."""
    return sha256(token.encode()).hexdigest()
