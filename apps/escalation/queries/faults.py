"""Whose fault it was, as billing and the pages ask it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from apps.contracts import queries as contracts
from apps.escalation.models import FaultDetermination
from apps.escalation.rules.faults import review_owed_since
from apps.tickets.models import Ticket
from apps.tickets.panels import Known
from apps.tickets.queries import history_of


@dataclass(frozen=True, slots=True)
class Review:
    """What is known of the fault on a ticket.

    ``owed_since`` is the contact that both sides have to review, where there was one; ``clause``
    is where the policy says so.
    """

    owed_since: datetime | None
    clause: str
    latest: FaultDetermination | None

    @property
    def is_owed(self) -> bool:
        """Whether it still has to be decided: nothing is billed before that."""
        undecided = FaultDetermination.Finding.UNDECIDED
        is_open = self.latest is None or self.latest.finding == undecided
        return self.owed_since is not None and is_open


def finding_of(ticket: Ticket) -> FaultDetermination | None:
    """Return the finding that counts on a ticket: the latest; None where there is none.

    Clause: S-4.
    """
    return FaultDetermination.objects.filter(ticket=ticket).order_by("-pk").first()


def findings_of(ticket_ids: Collection[int]) -> Mapping[int, FaultDetermination]:
    """Return ticket id -> the finding that counts, in one query; those without are left out.

    Clause: S-4.
    """
    of_tickets = FaultDetermination.objects.filter(ticket__in=ticket_ids)
    latest = of_tickets.order_by().values("ticket").annotate(latest=Max("pk")).values("latest")
    rows = FaultDetermination.objects.filter(pk__in=latest)
    return {row.ticket_id: row for row in rows}


def review_of(ticket: Ticket, *, known: Known | None = None) -> Review:
    """Return whether the fault on a ticket has to be determined, and what was found.

    ``known`` is what a page has read already.

    Clause: S-4.
    """
    terms = contracts.terms(
        version_id=ticket.version_id, plan_id=ticket.plan_id, agreed=ticket.agreed
    )
    rule = terms.rules.get("fault_review")
    since = None
    if rule is not None:
        calendar = terms.calendars[rule.settings["outside_calendar"]]
        hours = known.hours[calendar.pk] if known else contracts.hours(calendar.pk)
        history = known.history if known else history_of(ticket)
        since = review_owed_since(history, rule=rule, is_inside=hours.is_open)
    is_found = known is None or known.has_rows
    return Review(since, rule.clause if rule else "", finding_of(ticket) if is_found else None)
