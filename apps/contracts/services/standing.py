"""An account's standing: moved by what is overdue, or by a person, who may hold it in place."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from apps.contracts.follow_with import HOLD_LIFTED
from apps.contracts.models import Account, Standing, User
from apps.contracts.services.orders import sign
from apps.contracts.services.webhook_news import News, announce

LONGEST_WHY = 250  # what the row stores; the history's reason is its beginning


class StandingRefused(Exception):
    """The standing is not changed so. The message says what is missing."""


@transaction.atomic
def set_standing(
    *,
    account: Account,
    state: str,
    clause: str,
    why: str,
    at: datetime,
    by: User | None = None,
    hold: bool = False,
) -> bool:
    """Put an account in a standing; return whether that changed anything.

    ``by`` None is the machine. It moves nothing that a person holds, and writes nothing while the
    state stays the same. A person decides about the hold with each change: without ``hold`` the
    machine may move the standing again, and where a hold is lifted it does so at once, in the same
    transaction.

    Clause: S-12, R-12.

    :raises StandingRefused: no such state, or no reason is given.
    """
    why = " ".join(why.split())
    if state not in Standing.State.values:
        raise StandingRefused(
            f"“{state}” is no standing. Use one of: {', '.join(Standing.State.values)}."
        )
    if not why:
        raise StandingRefused("Say why: staff and the client are shown the reason.")
    # Of two who write the first row, the second waits here and finds it.
    held = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    standing = Standing.objects.filter(account=account).first()
    standing = standing or Standing(account=account)
    if by is None and (standing.held_by_id or standing.state == state):
        return False
    before = (standing.state, standing.clause, standing.why, standing.held_by_id is not None)
    after = (state, clause, why[:LONGEST_WHY], hold)
    if after == before:
        return False
    if standing.pk is None or state != standing.state:
        standing.since_at = at
    standing.state, standing.clause, standing.why, _ = after
    standing.held_by = by if hold else None
    sign(standing, reason=why, by=by, at=at)
    standing.save()
    _announce(standing, held, before=before[0], at=at)
    if before[-1] and not hold:
        for follow in HOLD_LIFTED:
            follow(account=account, at=at, by=by)
    return True


def _announce(standing: Standing, account: Account, *, before: str, at: datetime) -> None:
    """Tell the endpoints of a held account, if it has any, and if it has moved."""
    if account.has_webhooks and standing.state != before:
        announce([news_of(standing, before=before)], at=at)


def news_of(standing: Standing, *, before: str) -> News:
    """Return what an account's endpoints are told of a standing that has moved.

    Clause: S-12.
    """
    account, since = standing.account_id, standing.since_at.astimezone(UTC).isoformat()
    data = {
        "account": account,
        "from": before,
        "to": standing.state,
        "clause": standing.clause,
        "url": f"{settings.BASE_URL}/api/v1/accounts/{account}/standing",
    }
    key = f"standing:{account}:{before}-{standing.state}:{since}"
    return News(account, "standing.changed", key, standing.since_at, data)
