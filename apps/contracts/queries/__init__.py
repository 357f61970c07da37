"""Reads that other rooms need: hours, terms, and who is owed support."""

from apps.contracts.queries.entitled import (
    Found,
    OrderNow,
    entitled,
    entitled_stranger,
    entitled_user,
    order_now,
    support_addresses,
    user_at,
    user_of_order,
    versions_writing_from,
)
from apps.contracts.queries.entitled_facts import delinquency_clause, standing_of
from apps.contracts.queries.hours import hours, hours_of_version, standard_hours
from apps.contracts.queries.restrictions import Restrictions, dashboard_allowed, restrictions
from apps.contracts.queries.tams import (
    coming_handover,
    coming_handovers,
    has_tam,
    orders_of_tam,
    tam_now,
    tam_of,
    tams,
    tams_now,
)
from apps.contracts.queries.terms import agreed_in, terms, terms_of

__all__ = [
    "Found",
    "OrderNow",
    "Restrictions",
    "agreed_in",
    "coming_handover",
    "coming_handovers",
    "dashboard_allowed",
    "delinquency_clause",
    "entitled",
    "entitled_stranger",
    "entitled_user",
    "has_tam",
    "hours",
    "hours_of_version",
    "order_now",
    "orders_of_tam",
    "restrictions",
    "standard_hours",
    "standing_of",
    "support_addresses",
    "tam_now",
    "tam_of",
    "tams",
    "tams_now",
    "terms",
    "terms_of",
    "user_at",
    "user_of_order",
    "versions_writing_from",
]
