"""What an account's standing keeps its people from, for whoever lets them act by themselves."""

from dataclasses import dataclass
from datetime import datetime

from apps.contracts.models import Account, Standing
from apps.contracts.queries.entitled_facts import standing_of

State = Standing.State


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What is suspended, since when, under which clause, and what is said of it.

    ``why`` ends with what clears it. With both False nothing is suspended, and the rest is empty.
    """

    support: bool = False
    dashboard: bool = False
    since: datetime | None = None
    clause: str = ""
    why: str = ""


def restrictions(account: Account) -> Restrictions:
    """Return what an account's standing suspends now, as the row says: read anew each time.

    Clause: S-12, R-6.
    """
    row = Standing.objects.filter(account=account).exclude(state=State.GOOD).first()
    if row is None:
        return Restrictions()
    is_dashboard = row.state == State.DASHBOARD_SUSPENDED
    return Restrictions(
        support=True,
        dashboard=is_dashboard,
        since=row.since_at,
        clause=row.clause,
        why=row.why,
    )


def dashboard_allowed(account: Account) -> bool:
    """Tell whether an account's people may add, change and delete services and users themselves.

    Clause: S-12.
    """
    return not restrictions(account).dashboard


def told(words: str, account: Account, *, sees_money: bool) -> str:
    """Return words that rest on the account's standing as somebody may read them.

    Why it is suspended names documents and amounts, which are for those who may see invoices.

    Clause: V-3.5, S-12.
    """
    standing = standing_of(account)
    if sees_money or standing is None or not standing.why:
        return words
    why = standing.why.strip()
    stop = "." if why.endswith((".", "!", "?")) else ""
    return words.replace(f": {why}", stop).replace(why, "")
