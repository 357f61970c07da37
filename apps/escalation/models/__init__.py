"""Who hears of it, as rows: escalations, on-call and pages, Reasons for Outage."""

from apps.escalation.models.escalations import Escalation, EscalationNotice

__all__ = ["Escalation", "EscalationNotice"]
