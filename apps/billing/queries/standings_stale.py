"""Which suspended accounts owe more than they were told clears it: another document fell due.

What is booked tells it anew at once; only the days that pass do not.

Clause: S-12, R-4, R-5.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max

from apps.billing.models import OpenItem
from apps.billing.queries.governing import governing_all
from apps.contracts.models import Standing


def accounts_told_before(*, at: datetime) -> Iterator[int]:
    """Yield those of which a document fell due since it was last said why they are suspended.

    In few queries, however many they are. Whom a person holds is told what that person says.

    Clause: S-12, R-4, R-5.
    """
    suspended = Standing.objects.exclude(state=Standing.State.GOOD).filter(held_by__isnull=True)
    told = dict(
        Standing.history.filter(id__in=suspended.values("pk"))
        .order_by()
        .values_list("account_id")
        .annotate(at=Max("history_date"))
    )
    if not told:
        return
    governed = governing_all(at=at)
    zones = {account: ZoneInfo(governed[account].zone) for account in told if account in governed}
    late = OpenItem.objects.filter(
        account__in=suspended.values("account"), side=OpenItem.Side.DEBIT, open_amount__gt=0
    )
    for account, due_on in late.order_by("account").values_list("account", "due_on").distinct():
        zone = zones.get(account)
        if zone is None or due_on is None:
            continue
        if told[account].astimezone(zone).date() <= due_on < at.astimezone(zone).date():
            yield account
