"""Why a ticket is suspended, as it is now.

Clause: S-12, R-13.
"""

from apps.contracts.models import Standing
from apps.contracts.queries import standing_of
from apps.tickets.models import Event, Ticket


def why_suspended(event: Event, ticket: Ticket) -> str:
    """Return why a ticket is suspended: what a person said, else what the standing says by now.

    The event keeps what was said that day; after a part of it was paid, less clears it.

    Clause: S-12, R-5, R-13.
    """
    standing = standing_of(ticket.account) if event.by_id is None else None
    if standing is None or standing.state == Standing.State.GOOD:
        return str(event.facts.get("why", ""))
    return standing.why
