"""What work on a ticket costs, as its page and others show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from apps.billing.models import Charge, RatedEvent
from apps.billing.rules.money import ZERO
from apps.contracts.queries.catalogue import catalogue
from apps.tickets.admin.explained import explained
from apps.tickets.models import Ticket

Sentences = Sequence[tuple[str, Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Cost:
    """One event, why it is worth what it is, and what was charged and waived of it."""

    event: RatedEvent
    steps: Sentences
    charged: Decimal
    waived: Decimal


def why(steps: Sequence[Mapping[str, Any]], *, zone: str, version_id: int | None) -> Sentences:
    """Return stored steps as sentences with their clauses. ``zone`` is the reader's."""
    clauses = catalogue(version_id).clauses if version_id else {}
    return explained(steps, zone=zone, clauses=clauses)


def costs_of(ticket: Ticket, *, zone: str) -> list[Cost]:
    """Return what is rated on a ticket, in two queries; what no time is left of, and was never
    charged, is left out.

    Clause: S-4, S-13, V-6.3.
    """
    charges = Charge.objects.defer("explanation").order_by("number")
    rows = RatedEvent.objects.filter(ticket=ticket).select_related("fee")
    events = rows.prefetch_related(Prefetch("charges", queryset=charges)).order_by("pk")
    found = []
    for event in events:
        drawn = list(event.charges.all())
        if event.minutes or event.kind == RatedEvent.Kind.MANUAL or drawn:
            steps = why(event.explanation, zone=zone, version_id=event.version_id)
            charged = sum((row.amount for row in drawn), ZERO)
            waived = sum((row.waived_amount for row in drawn), ZERO)
            found.append(Cost(event, steps, charged, waived))
    return found
