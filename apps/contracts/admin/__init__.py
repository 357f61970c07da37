"""Contracts as staff see them: policies to read, accounts and orders to keep."""

from apps.contracts.admin.accounts import AccountAdmin, AuthorisedUserAdmin
from apps.contracts.admin.api_tokens import ApiTokenAdmin
from apps.contracts.admin.calendars import CalendarRevisionAdmin
from apps.contracts.admin.orders import OrderAdmin
from apps.contracts.admin.policies import PolicyVersionAdmin
from apps.contracts.admin.service_requests import ServiceRequestAdmin
from apps.contracts.admin.tams import TamAssignmentAdmin
from apps.contracts.admin.users import StaffUserAdmin
from apps.contracts.admin.webhooks import WebhookEndpointAdmin

__all__ = [
    "AccountAdmin",
    "ApiTokenAdmin",
    "AuthorisedUserAdmin",
    "CalendarRevisionAdmin",
    "OrderAdmin",
    "PolicyVersionAdmin",
    "ServiceRequestAdmin",
    "StaffUserAdmin",
    "TamAssignmentAdmin",
    "WebhookEndpointAdmin",
]
