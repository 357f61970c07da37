"""The deadlines that a ticket's history and terms give, each with its explanation.

A pure function: the rows in the database are a cache of what it returns.

Clause: V-2-response, V-2-resolution, V-3.4.2, V-3.4.4, S-5-step-down, S-6, R-14 to R-17.
"""

from collections.abc import Sequence

from apps.contracts.rules.terms import Terms
from apps.tickets.rules.after_solution import after_solution
from apps.tickets.rules.client_reply import client_replies
from apps.tickets.rules.history import Happening
from apps.tickets.rules.outage import reason_for_outage
from apps.tickets.rules.promise import Deadline, DeadlineKind, Hours, State
from apps.tickets.rules.promised import promised

__all__ = ["Deadline", "DeadlineKind", "Hours", "State", "deadlines"]


def deadlines(history: Sequence[Happening], *, terms: Terms, hours: Hours) -> tuple[Deadline, ...]:
    """Return the deadlines owed after all that happened, the provider's before the others.

    ``history`` begins with REGISTERED (facts: severity, channel, arrival) and is in the order in
    which it was recorded. ``hours`` maps the calendar ids of ``terms`` to their hours.

    Clause: V-2-response, V-2-resolution, V-3.4.2, V-3.4.4, S-5-step-down, S-6.
    """
    return (
        *promised(history, terms=terms, hours=hours),
        *reason_for_outage(history, terms=terms, hours=hours),
        *client_replies(history, terms=terms, hours=hours),
        *after_solution(history, terms=terms, hours=hours),
    )
