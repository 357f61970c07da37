"""Reads that others need too."""

from apps.escalation.queries.admissible import (
    Terms,
    admission_of,
    escalation_terms,
    grounds_of,
    was_disconnection,
)

__all__ = ["Terms", "admission_of", "escalation_terms", "grounds_of", "was_disconnection"]
