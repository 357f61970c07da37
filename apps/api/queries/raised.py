"""What was raised on tickets, as a program reads it: disputes and escalations.

Clause: V-7.2, V-9.2, S-7.
"""

from typing import Any

from apps.api.queries.tickets import named
from apps.contracts.models import AuthorisedUser
from apps.contracts.queries.restrictions import told
from apps.escalation.models import Escalation
from apps.tickets.models import Dispute


def dispute(row: Dispute) -> dict[str, Any]:
    """Return a dispute of a severity."""
    facts = ("raised_at", "decision", "decided_at", "reason")
    return {name: getattr(row, name) for name in facts} | {
        "id": row.pk,
        "disputed": named(row.disputed),
        "wanted": named(row.wanted),
    }


def escalation(row: Escalation, person: AuthorisedUser) -> dict[str, Any]:
    """Return an escalation as the person may read it: of its path, whose title is first.

    Clause: V-3.5.
    """
    return {name: getattr(row, name) for name in ("raised_at", "state", "clause", "answer")} | {
        "id": row.pk,
        "ground": named(row.ground),
        "why": told(row.why, person.order.account, sees_money=person.may_see_invoices),
        "to": row.path[0]["title"] if row.path else "",
    }
