"""GAP analyses, as notices: each version with the mails that carried it.

Clause: V-2-gap.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.changes.models import GapVersion
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat


def _rows(seats: Sequence[Seat]) -> QuerySet[GapVersion]:
    orders = [order for seat in seats for order in seat.people]
    rows = GapVersion.objects.filter(analysis__order__in=orders)
    related = rows.select_related("analysis__change", "analysis__order", "acknowledgement")
    return related.defer("content").annotate(told_at=F("sent_at"))


def _heading(row: GapVersion) -> str:
    words = {"change": str(row.analysis.change), "number": row.number}
    if row.number > 1:
        return _("GAP analysis of %(change)s, version %(number)s") % words
    return _("GAP analysis of %(change)s") % words


def _proof(rows: Sequence[GapVersion]) -> Proof:
    wanted = Q()
    for row in rows:
        wanted |= Q(key__startswith=f"gap-version:{row.pk}:")
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk"):
        found[message.payload["version_id"]].append(message)
    return found


def _facts(row: GapVersion, zone: str) -> Mapping[str, Any]:
    findings = row.said["findings"]
    affected = sum(1 for each in findings if each["is_affected"])
    return {"analysis": row.analysis, "affected": affected, "looked_at": len(findings)}


GAP = Kind(
    name="gap",
    label=gettext_lazy("GAP analysis"),
    needs="",
    template="portal/notices/gap.html",
    rows=_rows,
    account_of=lambda row: row.analysis.order.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
