"""What the demo's work costs: time on some tickets, rated by their policies.

One is charged by the half hour, one waits for a quote, one costs nothing; what was worked on the
outage waits for a finding of fault, where it came outside standard hours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from apps.backoffice.demo.acts import Stage
from apps.billing.models import Charge, RatedEvent
from apps.billing.services.rating import rate_pending
from apps.billing.services.waiving import ask_waiver
from apps.contracts.models import Reason
from apps.tickets import services as tickets
from apps.tickets.models import Ticket, TimeEntry

Kind = TimeEntry.Kind
WAIVED = Decimal("50.00")


@dataclass(frozen=True, slots=True)
class Piece:
    """Time that somebody worked on a ticket of the story, so long after it was registered."""

    ticket: str
    category: str
    after: timedelta
    minutes: int
    what: str
    who: str = "agent"
    kind: str = Kind.ENGINEERING


PIECES = [
    Piece(
        *("outage", "outage", timedelta(minutes=20), 90),
        "Moved the registrations to the other core switch",
        who="duty",
        kind=Kind.SUPPORT,
    ),
    Piece(
        *("busy-lamp", "improvement", timedelta(hours=4), 60),
        "Found where the lamps wait for each other",
    ),
    Piece(
        *("holidays", "custom-programming", timedelta(hours=2), 95),
        "Program that changes the greeting by the calendar",
    ),
    Piece(
        *("conference", "dial-translation", timedelta(minutes=15), 75),
        "Dial codes for ten rooms",
    ),
]


def work_and_rate(stage: Stage, at: datetime) -> None:
    """Log the work, rate it and the plans' fees up to ``at``, and ask for a waiver."""
    for piece in PIECES:
        _work(stage, piece, stage.tickets[piece.ticket])
    rate_pending(at=at)
    charge = Charge.objects.filter(event__ticket=stage.tickets["holidays"]).first()
    if charge is not None and charge.event.kind == RatedEvent.Kind.HOURLY:
        ask_waiver(
            charge=charge,
            amount=WAIVED,
            reason="We were slow with the greeting at first",
            by=stage.people["finance"],
            at=at,
        )


def _work(stage: Stage, piece: Piece, ticket: Ticket) -> None:
    who, began_at = stage.people[piece.who], ticket.registered_at + piece.after
    ended_at = began_at + timedelta(minutes=piece.minutes)
    ticket.refresh_from_db()
    tickets.classify(
        ticket=ticket,
        category=Reason.objects.get(
            version=ticket.version_id, kind=Reason.Kind.CATEGORY, key=piece.category
        ),
        covered_work=ticket.covered_work,
        by=who,
        at=ended_at,
    )
    tickets.log_time(
        order=ticket.order,
        ticket=ticket,
        who=who,
        kind=piece.kind,
        started_at=began_at,
        minutes=piece.minutes,
        what=piece.what,
        at=ended_at + timedelta(minutes=1),
        source_key=stage.key(),
        by=who,
    )
