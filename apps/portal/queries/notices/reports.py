"""Reasons for Outage, as notices: to whom of the account each was sent.

Clause: S-6.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.escalation.models import OutageReport, ReportCopy
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat


def _rows(seats: Sequence[Seat]) -> QuerySet[ReportCopy]:
    rows = ReportCopy.objects.filter(account__in=[seat.account.pk for seat in seats])
    related = rows.select_related("report__incident").defer("content")
    return related.annotate(told_at=F("made_at"))


def _heading(row: ReportCopy) -> str:
    words = {"title": row.report.incident.title}
    if row.report.kind == OutageReport.Kind.PRELIMINARY:
        return _("Preliminary Reason for Outage: %(title)s") % words
    return _("Reason for Outage: %(title)s") % words


def _proof(rows: Sequence[ReportCopy]) -> Proof:
    wanted = Q()
    for row in rows:
        wanted |= Q(key__startswith=f"report:{row.report_id}:issued:{row.account_id}:")
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk") if rows else ():
        found[message.payload["copy_id"]].append(message)
    return found


def _facts(row: ReportCopy, zone: str) -> Mapping[str, Any]:
    return {"report": row.report}


REPORT = Kind(
    name="report",
    label=gettext_lazy("Reason for Outage"),
    needs="",
    template="portal/notices/report.html",
    rows=_rows,
    account_of=lambda row: row.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
