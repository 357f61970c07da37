"""What is charged and on no invoice yet.

Clause: R-8.
"""

from django.db.models import QuerySet

from apps.billing.models import Charge, Document, Line
from apps.contracts.models import Account


def not_invoiced(account: Account) -> QuerySet[Charge]:
    """Return the charges that no final document bills: a draft is nothing that a client was told.

    Clause: R-8.
    """
    ready = Charge.objects.filter(account=account, state=Charge.State.READY)
    drafted = Line.objects.filter(
        document__account=account, document__state=Document.State.DRAFT
    ).order_by()
    on_drafts = Charge.objects.filter(line__in=drafted)
    # Both parts have an index; of what was ever charged nothing else is looked at.
    either = ready.order_by().values("pk").union(on_drafts.order_by().values("pk"))
    return Charge.objects.filter(pk__in=either)
