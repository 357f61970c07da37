"""What a ticket can be escalated on, and what not, with why, as the portal shows it.

Clause: V-9.1, V-9.2, S-7, S-2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.contracts.models import Reason
from apps.escalation.models import Escalation
from apps.escalation.queries import Terms
from apps.escalation.queries.offered import Offer, offers_on
from apps.portal.queries.whys import Step, Titles, steps_of
from apps.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground as it can be named, with why in sentences."""

    offer: Offer
    steps: Sequence[Step]

    @property
    def reason(self) -> Reason | None:
        return self.offer.reason

    @property
    def is_admitted(self) -> bool:
        return self.offer.is_admitted

    @property
    def why(self) -> str:
        return self.offer.why

    @property
    def in_hand(self) -> Escalation | None:
        return self.offer.in_hand

    @property
    def key(self) -> str:
        return self.offer.key


@dataclass(frozen=True, slots=True)
class Grounds:
    """The grounds of a ticket, and who is asked. ``terms`` None: the policy has no path."""

    terms: Terms | None
    every: Sequence[Ground] = ()

    @property
    def offered(self) -> Sequence[Ground]:
        return [ground for ground in self.every if ground.offer.is_offered]

    @property
    def others(self) -> Sequence[Ground]:
        return [ground for ground in self.every if not ground.offer.is_offered]


def grounds_of(ticket: Ticket, *, at: datetime, zone: str, titles: Titles) -> Grounds:
    """Return each ground with whether it is admissible now, and why.

    Clause: V-9.1, V-9.2, S-7, S-2.1.
    """
    found = offers_on(ticket, at=at)
    every = [
        Ground(offer, steps_of(offer.steps, zone=zone, titles=titles)) for offer in found.every
    ]
    return Grounds(found.terms, every)
