"""Who is owed what: the rows."""

from apps.contracts.models.accounts import Account
from apps.contracts.models.agreed import AgreedTarget
from apps.contracts.models.api_tokens import ApiToken, ApiTokenQuerySet
from apps.contracts.models.appointments import Appointment, AppointmentQuerySet
from apps.contracts.models.calendars import Calendar, CalendarRevision, Holiday, Window
from apps.contracts.models.notifications import OptOut
from apps.contracts.models.order_fees import OrderFee, OrderMark
from apps.contracts.models.order_people import RIGHTS, AuthorisedUser, EscalationRung
from apps.contracts.models.orders import Order, OrderQuerySet, OrderRevision, Service
from apps.contracts.models.policies import Clause, Policy, PolicyVersion
from apps.contracts.models.service_requests import ServiceRequest, ServiceRequestQuerySet
from apps.contracts.models.standing import Standing
from apps.contracts.models.tams import TamAssignment, TamAssignmentQuerySet
from apps.contracts.models.terms import Fee, Plan, Reason, Rule, Severity, Target
from apps.contracts.models.users import User
from apps.contracts.models.webhooks import WebhookEndpoint, WebhookEndpointQuerySet

__all__ = [
    "RIGHTS",
    "Account",
    "AgreedTarget",
    "ApiToken",
    "ApiTokenQuerySet",
    "Appointment",
    "AppointmentQuerySet",
    "AuthorisedUser",
    "Calendar",
    "CalendarRevision",
    "Clause",
    "EscalationRung",
    "Fee",
    "Holiday",
    "OptOut",
    "Order",
    "OrderFee",
    "OrderMark",
    "OrderQuerySet",
    "OrderRevision",
    "Plan",
    "Policy",
    "PolicyVersion",
    "Reason",
    "Rule",
    "Service",
    "ServiceRequest",
    "ServiceRequestQuerySet",
    "Severity",
    "Standing",
    "TamAssignment",
    "TamAssignmentQuerySet",
    "Target",
    "User",
    "WebhookEndpoint",
    "WebhookEndpointQuerySet",
    "Window",
]
