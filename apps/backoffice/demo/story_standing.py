"""What overdue clients come to: told, suspended, and one that promised to pay.

It works on the invoices that are there: without one that is overdue, nothing happens.
"""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Stage
from apps.billing.models import Exemption
from apps.billing.queries.standing import facts_of_one
from apps.billing.services.exempting import exempt
from apps.billing.services.standing_sweep import review_standings
from apps.contracts.models import Standing

LOOKS_BACK = 10  # days
PATIENCE = timedelta(days=9)


def fall_behind(stage: Stage, at: datetime) -> None:
    """Review the last days as the task would have, and take down one client's promise."""
    for days in range(LOOKS_BACK, -1, -1):
        review_standings(at=at - timedelta(days=days))
    suspended = Standing.objects.exclude(state=Standing.State.GOOD).filter(held_by__isnull=True)
    first = suspended.select_related("account").order_by("since_at", "pk").first()
    if first is None:
        return
    exempt(
        account=first.account,
        until_on=facts_of_one(first.account, at=at).on + PATIENCE,
        reason="Their bookkeeper is back next week, and pays all of it then.",
        kind=Exemption.Kind.PROMISE,
        at=at,
        by=stage.people["finance"],
    )
