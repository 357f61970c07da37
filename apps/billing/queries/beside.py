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
    """Return the accounts with how they are billed and what they owe: no query of their own.

    ``older`` is credit in a currency in which they were billed before.
    """
    lately = Payment.objects.filter(**OF_IT).order_by("-received_on", "-pk")[:SHOWN]
    facts = JSONObject(
        pk="pk",
        kind="kind",
        received_on="received_on",
        amount=Cast("amount", CharField()),
        currency="currency",
    )
    items = OpenItem.objects.filter(**OF_IT, open_amount__gt=0)
    billed_in = {"currency": OuterRef("billing__currency")}
    debits = items.filter(**billed_in, side=OpenItem.Side.DEBIT)
    credits = items.filter(side=OpenItem.Side.CREDIT)
    older = JSONObject(currency="currency", amount=Cast("open_amount", CharField()))
    return accounts.select_related("billing").annotate(
        owed=_sum(debits, "open_amount"),
        disputed=_sum(debits, "disputed_amount"),
        credit=_sum(credits.filter(**billed_in), "open_amount"),
        older=Collected(credits.exclude(**billed_in).order_by("pk").values_list(older)),
        lately=Collected(lately.values_list(facts)),
    )


def _sum(items: QuerySet, column: str) -> Subquery:
    total = items.order_by().values("account").annotate(total=Sum(column))
    return Subquery(
        total.values("total"), output_field=DecimalField(max_digits=20, decimal_places=2)
    )
