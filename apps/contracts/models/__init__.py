"""Who is owed what: the rows."""

from apps.contracts.models.accounts import Account, AuthorisedUser, Order, OrderQuerySet
from apps.contracts.models.calendars import Calendar, CalendarRevision, Holiday, Window
from apps.contracts.models.policies import Clause, Policy, PolicyVersion
from apps.contracts.models.terms import Fee, Plan, Reason, Rule, Severity, Target
from apps.contracts.models.users import User

__all__ = [
    "Account",
    "AuthorisedUser",
    "Calendar",
    "CalendarRevision",
    "Clause",
    "Fee",
    "Holiday",
    "Order",
    "OrderQuerySet",
    "Plan",
    "Policy",
    "PolicyVersion",
    "Reason",
    "Rule",
    "Severity",
    "Target",
    "User",
    "Window",
]
