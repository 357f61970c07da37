"""Which day it is where an account's policy counts its days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.billing.queries.governing import zone_of
from apps.contracts.models import Account

UTC = "UTC"


def today_of(account: Account, *, at: datetime) -> date:
    """Return the day in the time zone of the policy that governs the account; else in UTC.

    Clause: R-4.
    """
    return at.astimezone(ZoneInfo(zone_of(account=account, at=at) or UTC)).date()
