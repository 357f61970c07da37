"""What an account owes, read beside the account itself.

Clause: V-3.4.6, S-12.
"""

from django.db.models import CharField, DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, JSONObject

from apps.billing.models import OpenItem, Payment
from apps.contracts.models import Account
from apps.contracts.queries.collected import Collected

SHOWN = 3  # payments
OF_IT = {"account": OuterRef("pk")}


def with_money(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Return the accounts with how they are billed and what they owe: no query of their own."""
    lately = Payment.objects.filter(**OF_IT).order_by("-received_on", "-pk")[:SHOWN]
    facts = JSONObject(
        pk="pk",
        kind="kind",
        received_on="received_on",
        amount=Cast("amount", CharField()),
        currency="currency",
    )
    debits = OpenItem.objects.filter(**OF_IT, side=OpenItem.Side.DEBIT, open_amount__gt=0)
    credits = OpenItem.objects.filter(**OF_IT, side=OpenItem.Side.CREDIT, open_amount__gt=0)
    return accounts.select_related("billing").annotate(
        owed=_sum(debits, "open_amount"),
        disputed=_sum(debits, "disputed_amount"),
        credit=_sum(credits, "open_amount"),
        lately=Collected(lately.values_list(facts)),
    )


def _sum(items: QuerySet, column: str) -> Subquery:
    total = items.order_by().values("account").annotate(total=Sum(column))
    return Subquery(
        total.values("total"), output_field=DecimalField(max_digits=20, decimal_places=2)
    )
