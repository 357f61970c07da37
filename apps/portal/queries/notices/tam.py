"""Notices of who the technical account manager of an order is, from which day on.

Clause: V-6.1, V-6.4, V-6.6.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.contracts.models import TamAssignment
from apps.contracts.services.tam_notices import key_of_notice
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat


def _rows(seats: Sequence[Seat]) -> QuerySet[TamAssignment]:
    """Return what was told: a hand-over once its notice is out, though it was withdrawn since."""
    rows = TamAssignment.objects.filter(order__in=[pk for seat in seats for pk in seat.people])
    told = Q(noticed_at__isnull=False) | Q(needs_notice=False, withdrawn_at=None)
    related = rows.filter(told).select_related("tam", "order__version")
    return related.defer("order__version__source").annotate(
        told_at=Coalesce("noticed_at", "made_at")
    )


def _heading(row: TamAssignment) -> str:
    words = {"tam": row.tam, "order": row.order}
    if row.withdrawn_at is not None:
        return _("Your technical account manager stays: a change was withdrawn (%(order)s)") % words
    if row.tam is None:
        return _("No technical account manager any more (%(order)s)") % words
    return _("%(tam)s is your technical account manager (%(order)s)") % words


def _proof(rows: Sequence[TamAssignment]) -> Proof:
    starts = [(key_of_notice(row), f"tam:{row.pk}:withdrawn:") for row in rows]
    wanted = Q()
    for start in (start for both in starts for start in both):
        wanted |= Q(key__startswith=start)
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk") if rows else ():
        found[message.payload["assignment_id"]].append(message)
    return found


def _facts(row: TamAssignment, zone: str) -> Mapping[str, Any]:
    return {"order": row.order}


TAM = Kind(
    name="tam",
    label=gettext_lazy("Your TAM"),
    needs="",
    template="portal/notices/tam.html",
    rows=_rows,
    account_of=lambda row: row.order.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
