"""Which day it is where an account's policy counts its days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.contracts.models import Account, Order

UTC = "UTC"


def today_of(account: Account, *, at: datetime) -> date:
    """Return the day in the time zone of the account's policy, by its latest order; else in UTC.

    Clause: R-4.
    """
    orders = Order.objects.filter(account=account).order_by("-starts_on", "-pk")
    zone = orders.values_list("version__time_zone", flat=True).first()
    return at.astimezone(ZoneInfo(zone or UTC)).date()
