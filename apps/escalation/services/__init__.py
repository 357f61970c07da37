"""What can be done. Each is one transaction and takes the instant of the act."""

from apps.escalation.services.answering import acknowledge, answer, close
from apps.escalation.services.climbing import Climbed, climb_due, climb_now
from apps.escalation.services.holding import Refused
from apps.escalation.services.raising import raise_escalation

__all__ = [
    "Climbed",
    "Refused",
    "acknowledge",
    "answer",
    "climb_due",
    "climb_now",
    "close",
    "raise_escalation",
]
