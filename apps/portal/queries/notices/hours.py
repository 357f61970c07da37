"""Notices that a month's TAM hours are used up. Each is a mail to one person, who reads their own.

Clause: V-6.3, R-18.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.contracts.models import Order
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat

TOPIC = "tam.hours_used_up"
# A key is order:7:tam:November 2026:100%of2400:user-12, and #2 where it was told once more.
MONTH = 3


def _rows(seats: Sequence[Seat]) -> QuerySet[Message]:
    """Return what was told to the person, but for what was not true any more when it was sent."""
    theirs = Q(pk__in=[])
    for order, person in (each for seat in seats for each in seat.people.items()):
        name = f":user-{person.pk}"
        is_theirs = Q(key__endswith=name) | Q(key__contains=f"{name}#")
        theirs |= Q(key__startswith=f"order:{order}:tam:") & is_theirs
    rows = Message.objects.filter(theirs, topic=TOPIC).exclude(state=Message.State.WITHDRAWN)
    return rows.annotate(told_at=F("created_at"))


def _month(row: Message) -> str:
    return row.key.split(":")[MONTH]


def _heading(row: Message) -> str:
    return _("The TAM hours of %(month)s are used up") % {"month": _month(row)}


def _proof(rows: Sequence[Message]) -> Proof:
    return {row.pk: [row] for row in rows}


def _facts(row: Message, zone: str) -> Mapping[str, Any]:
    return {"order": Order.objects.get(pk=row.payload["order_id"]), "month": _month(row)}


def _account_of(row: Message) -> int:
    orders = Order.objects.filter(pk=row.payload["order_id"])
    return orders.values_list("account_id", flat=True).get()


HOURS = Kind(
    name="hours",
    label=gettext_lazy("Your TAM"),
    needs="",
    template="portal/notices/hours.html",
    rows=_rows,
    account_of=_account_of,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
