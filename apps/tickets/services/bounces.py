"""A mail of ours about a ticket that came back: a line for staff, and nothing else."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.tickets.models import Event, Ticket
from apps.tickets.rules.history import Kind
from apps.tickets.services.follow_ups import hold
from apps.tickets.services.record import record, settle

# Whoever forges bounces, or a list that has gone wild, does not bury a ticket under them.
MOST_BOUNCES, BOUNCES_WITHIN = 10, timedelta(days=1)
LONGEST = 320  # characters of each fact; all of it is in the mail


@transaction.atomic
def bounced(
    *,
    ticket: Ticket,
    recipient: str,
    status: str,
    diagnostic: str,
    at: datetime,
    source_key: str,
) -> bool:
    """Show on a ticket that a mail of ours did not arrive; return whether the ticket says so.

    Nobody's turn and no clock changes by it, for anybody can forge such a report. The same
    ``source_key`` again changes nothing; of a flood, a day's first are shown.

    Clause: V-8.1, V-2-response (what a machine says is no response).
    """
    ticket = hold(ticket=ticket, at=at)
    if Event.objects.filter(source_key=source_key).exists():
        return True
    bounces = ticket.events.filter(kind=Kind.BOUNCED, recorded_at__gt=at - BOUNCES_WITHIN)
    if bounces[:MOST_BOUNCES].count() >= MOST_BOUNCES:
        return False
    facts = {"recipient": recipient, "status": status, "diagnostic": diagnostic}
    record(
        ticket=ticket,
        kind=Kind.BOUNCED,
        at=at,
        facts={name: fact[:LONGEST] for name, fact in facts.items()},
        source_key=source_key,
    )
    settle(ticket=ticket)
    return True
