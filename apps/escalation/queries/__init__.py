"""Reads that others need too."""

from apps.escalation.queries.admissible import (
    Terms,
    admission_of,
    escalation_terms,
    grounds_of,
    was_disconnection,
)
from apps.escalation.queries.faults import finding_of, findings_of, review_of
from apps.escalation.queries.outages import (
    histories_of,
    incident_of,
    missing_of,
    owed_reports,
    tickets_of,
    unbegun_reports,
)
from apps.escalation.queries.readers import deliveries_of, readers_of

__all__ = [
    "Terms",
    "admission_of",
    "deliveries_of",
    "escalation_terms",
    "finding_of",
    "findings_of",
    "grounds_of",
    "histories_of",
    "incident_of",
    "missing_of",
    "owed_reports",
    "readers_of",
    "review_of",
    "tickets_of",
    "unbegun_reports",
    "was_disconnection",
]
