"""Escalations, on-call and Reasons for Outage as staff see them."""

from apps.escalation.admin.escalations import EscalationAdmin

__all__ = ["EscalationAdmin"]
