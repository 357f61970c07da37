"""Escalations, on-call and Reasons for Outage as staff see them."""
