"""The daily review of all accounts: those whose answer may have changed, in batches."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import DataError, IntegrityError, OperationalError

from apps.billing.queries.standings_due import accounts_due
from apps.billing.queries.standings_stale import accounts_told_before
from apps.billing.services.standing import review_accounts

logger = logging.getLogger(__name__)

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many accounts were looked at closely and how many moved; ``stuck``: see the log."""

    accounts: int = 0
    moved: int = 0
    stuck: int = 0


def review_standings(*, at: datetime) -> Reviewed:
    """Bring the standing of every account in line with the date in its policy's zone.

    Each batch is a transaction. An account that somebody books on at that moment is left to them;
    one that cannot be reviewed holds up no other. May run late, twice, or on many workers at once:
    what is there already is not written again.

    Clause: S-12, R-4, R-5, R-12.
    """
    return _in_batches(accounts_due(at=at), at)


def retell_standings(*, at: datetime) -> Reviewed:
    """Say anew what clears it where more is overdue than when that was said last.

    Clause: S-12, R-4, R-5.
    """
    return _in_batches(accounts_told_before(at=at), at)


def _in_batches(found: Iterable[int], at: datetime) -> Reviewed:
    due = iter(dict.fromkeys(found))
    accounts = moved = stuck = 0
    while batch := list(islice(due, BATCH)):
        accounts += len(batch)
        done = _review(batch, at)
        if done is None:
            alone = [_review([account], at) for account in batch]
            stuck += alone.count(None)
            done = sum(each or 0 for each in alone)
        moved += done
    return Reviewed(accounts, moved, stuck)


def _review(accounts: list[int], at: datetime) -> int | None:
    try:
        return len(review_accounts(accounts=accounts, at=at, skip_locked=True))
    except (ValueError, LookupError, DataError, IntegrityError, OperationalError):
        if len(accounts) == 1:
            logger.exception("The standing of account %s cannot be reviewed", accounts[0])
        return None
