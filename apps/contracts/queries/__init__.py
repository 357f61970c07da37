"""Reads that other rooms need: hours, terms, and who is owed support."""

from apps.contracts.queries.entitled import Found, entitled, support_addresses, user_of_order
from apps.contracts.queries.hours import hours, hours_of_version, standard_hours
from apps.contracts.queries.terms import agreed_in, terms

__all__ = [
    "Found",
    "agreed_in",
    "entitled",
    "hours",
    "hours_of_version",
    "standard_hours",
    "support_addresses",
    "terms",
    "user_of_order",
]
