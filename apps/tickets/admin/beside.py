"""What stands beside a ticket's conversation in short lists: read in one query."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import JSONField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import JSONObject
from django.urls import NoReverseMatch, reverse

from apps.contracts.queries.collected import Collected
from apps.tickets.models import CannedReply, Ticket, TimeEntry
from apps.tickets.panels import offered_to

SHOWN = 200  # of each list
# Rows that intake, a room above this one, keeps of a ticket: the name, who wrote, and their page.
ARRIVED = {"mails": ("sender", "inboundmail"), "calls": ("caller", "call")}


def beside(ticket: Ticket, user: Any) -> dict[str, Any]:
    """Return the mails and calls behind a ticket as (words, address), replies, and minutes.

    ``there`` is which panels of other rooms have rows to show.

    Mails and calls are shown to who may see them; those of tickets that were merged into it are
    there, too.
    """
    worked = TimeEntry.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    minutes = Subquery(worked.annotate(sum=Sum("minutes")).values("sum"))
    lists = [_arrived(name, ticket, user) for name in ARRIVED]
    panels = offered_to(user)
    there = [panel.there(ticket) for panel in panels]
    rows = Ticket.objects.filter(pk=ticket.pk).values_list(*lists, _replies(), minutes, *there)
    mails, calls, replies, worked_in_all, *found = rows.get()
    return {
        "mails": _linked(mails, ARRIVED["mails"][1]),
        "calls": _linked(calls, ARRIVED["calls"][1]),
        "canned": sorted(replies, key=lambda reply: str(reply["title"])),
        "logged_in_all": timedelta(minutes=worked_in_all or 0),
        "there": {
            panel.template: bool(is_there) for panel, is_there in zip(panels, found, strict=True)
        },
    }


def _arrived(name: str, ticket: Ticket, user: Any) -> Any:
    rows = getattr(ticket, name, None)
    who, model = ARRIVED[name]
    if rows is None or not user.has_perm(f"intake.view_{model}"):
        return Value([], output_field=JSONField())
    family = Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket.pk)).order_by()
    found: QuerySet = rows.model.objects.filter(ticket__in=family.values("pk")).order_by("pk")
    return Collected(found.values_list(JSONObject(pk="pk", who=who, subject="subject"))[:SHOWN])


def _replies() -> Collected:
    """Canned replies to choose from, without their texts."""
    active = CannedReply.objects.filter(is_active=True).order_by()
    return Collected(active.values_list(JSONObject(pk="pk", title="title")))


def _linked(rows: Sequence[dict[str, Any]], model: str) -> Sequence[tuple[str, str]]:
    ordered = sorted(rows, key=lambda row: int(row["pk"]))
    try:
        return [
            (
                f"{row['who']}: {row['subject']}",
                reverse(f"admin:intake_{model}_change", args=[row["pk"]]),
            )
            for row in ordered
        ]
    except NoReverseMatch:
        return []
