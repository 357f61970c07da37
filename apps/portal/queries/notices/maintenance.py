"""Notices of maintenance: each update that the account was told.

Clause: S-11.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.changes.models import Maintenance, MaintenanceNotice
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat

State, Impact = Maintenance.State, Maintenance.Impact
HEADINGS: Mapping[str, Text] = {
    State.PLANNED: gettext_lazy("Maintenance planned: %(title)s"),
    State.CONFIRMED: gettext_lazy("Maintenance confirmed: %(title)s"),
    State.IN_PROGRESS: gettext_lazy("Maintenance begins: %(title)s"),
    State.DONE: gettext_lazy("Maintenance done: %(title)s"),
    State.CANCELLED: gettext_lazy("Maintenance cancelled: %(title)s"),
}
STATES: Mapping[str, Text] = {
    State.PLANNED: gettext_lazy("Planned"),
    State.CONFIRMED: gettext_lazy("Confirmed"),
    State.IN_PROGRESS: gettext_lazy("In progress"),
    State.DONE: gettext_lazy("Done"),
    State.CANCELLED: gettext_lazy("Cancelled"),
}
IMPACTS: Mapping[str, Text] = {
    Impact.NO_IMPACT: gettext_lazy("No impact"),
    Impact.REDUCED_REDUNDANCY: gettext_lazy("Reduced redundancy"),
    Impact.DEGRADED: gettext_lazy("Degraded"),
    Impact.OUTAGE: gettext_lazy("Outage"),
}


def _rows(seats: Sequence[Seat]) -> QuerySet[MaintenanceNotice]:
    rows = MaintenanceNotice.objects.filter(account__in=[seat.account.pk for seat in seats])
    related = ("update__maintenance", "version")
    return rows.select_related(*related).defer(
        "version__source", "update__maintenance__description"
    )


def _heading(row: MaintenanceNotice) -> str:
    words = {"title": row.update.title}
    if not row.is_affected:
        return _("Maintenance does not affect you any more: %(title)s") % words
    if row.update.why and row.state != State.CANCELLED:
        return _("Maintenance changed: %(title)s") % words
    return str(HEADINGS[row.state]) % words


def _proof(rows: Sequence[MaintenanceNotice]) -> Proof:
    wanted = Q()
    for row in rows:
        wanted |= Q(key__startswith=row.key)
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk") if rows else ():
        found[message.payload["notice_id"]].append(message)
    return found


def _facts(row: MaintenanceNotice, zone: str) -> Mapping[str, Any]:
    newest = row.update.maintenance.sequence
    return {
        "update": row.update,
        "state": STATES[row.state],
        "impact": IMPACTS[row.update.impact],
        "is_over": row.state in (State.DONE, State.CANCELLED),
        "has_later": newest is not None and row.is_affected and newest > row.update.sequence,
    }


MAINTENANCE = Kind(
    name="maintenance",
    label=gettext_lazy("Maintenance"),
    needs="",
    template="portal/notices/maintenance.html",
    rows=_rows,
    account_of=lambda row: row.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
