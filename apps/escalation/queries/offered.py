"""What a ticket can be escalated on, and what not, with why.

Clause: V-9.1, V-9.2, S-7, S-2.1.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.contracts.models import Reason
from apps.escalation.models import Escalation
from apps.escalation.queries.admissible import (
    Terms,
    admission_of,
    escalation_terms,
    promises_on,
)
from apps.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Offer:
    """A ground as it can be named; ``reason`` None: none is. ``in_hand``: it goes on already.

    ``steps`` are why it is admissible or not, as they are stored with an escalation.
    """

    reason: Reason | None
    is_admitted: bool
    why: str
    steps: Sequence[dict[str, Any]]
    in_hand: Escalation | None = None

    @property
    def is_offered(self) -> bool:
        return self.is_admitted and self.in_hand is None

    @property
    def key(self) -> str:
        return self.reason.key if self.reason else ""


@dataclass(frozen=True, slots=True)
class Offers:
    """The grounds of a ticket, and who is asked. ``terms`` None: the policy has no path."""

    terms: Terms | None
    every: Sequence[Offer] = ()


def offers_on(ticket: Ticket, *, at: datetime) -> Offers:
    """Return each ground with whether it is admissible now, and why.

    Clause: V-9.1, V-9.2, S-7, S-2.1.
    """
    terms = escalation_terms(ticket.order, ticket=ticket)
    if terms is None:
        return Offers(None)
    in_hand = {row.ground_id: row for row in Escalation.objects.in_hand().filter(ticket=ticket)}
    promises = promises_on(ticket)
    # Where the policy asks for no ground, one need not be named.
    named: list[Reason | None] = list(terms.grounds.values())
    if "ground" not in terms.path.needs:
        named = [None, *named]
    every = []
    for reason in named:
        answer = admission_of(terms, ticket=ticket, ground=reason, at=at, promises=promises)
        every.append(
            Offer(
                reason=reason,
                is_admitted=answer.is_admitted,
                why=answer.why,
                steps=[asdict(step) for step in answer.steps],
                in_hand=in_hand.get(reason.pk if reason else None),
            )
        )
    return Offers(terms, every)
