"""Tickets, and the log of what happened to them."""

import re
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import (
    Account,
    AuthorisedUser,
    Order,
    Plan,
    PolicyVersion,
    Reason,
    Service,
    Severity,
)
from apps.tickets.rules.history import Kind, Status


class TicketQuerySet(models.QuerySet):
    def unclosed(self) -> Self:
        return self.exclude(status=Status.CLOSED)

    def numbered(self, number: str) -> Self:
        """The ticket of that registration number, however it is written; else none."""
        found = re.fullmatch(
            rf"\s*(?:{re.escape(settings.TICKET_PREFIX)}-?)?0*([0-9]{{1,18}})\s*", number, re.I
        )
        return self.filter(pk=int(found[1])) if found else self.none()


class Ticket(models.Model):
    """A registered request, under the terms that held when it was registered.

    ``status`` and ``latest_at`` follow from the events. Rows are written by services only.

    Clause: V-8.1.4, S-8, R-14.
    """

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", "E-mail"
        PHONE = "PHONE", "Phone"
        PORTAL = "PORTAL", "Portal"
        TAM = "TAM", "TAM"
        CHAT = "CHAT", "Chat"
        MONITORING = "MONITORING", "Monitoring"
        API = "API", "API"

    class State(models.TextChoices):
        OPEN = Status.OPEN, "Our turn"
        WAITING = Status.WAITING, "Waiting for the client"
        SOLVED = Status.SOLVED, "Awaiting closure"
        ANSWERED = Status.ANSWERED, "Solution answered"
        SUSPENDED = Status.SUSPENDED, "Suspended"
        CLOSED = Status.CLOSED, "Closed"

    class Desk(models.TextChoices):
        CENTRE = "CENTRE", "Support centre"
        TAM = "TAM", "TAM"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tickets")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tickets")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    agreed = models.JSONField(
        default=list,
        blank=True,
        help_text="Targets that the order set at registration. Later amendments do not touch them.",
    )
    entitled = models.JSONField(
        default=dict,
        blank=True,
        help_text="Why it was registered: clause, why and steps, as answered at registration.",
    )
    requester = models.ForeignKey(AuthorisedUser, on_delete=models.PROTECT, related_name="tickets")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(
        Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    desk = models.CharField(
        max_length=8, choices=Desk.choices, default=Desk.CENTRE, help_text="Whose queue it is in."
    )
    subject = models.CharField(max_length=250)
    status = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    work_band = models.PositiveSmallIntegerField(
        default=0, help_text="Its place in the order of work: lower bands go first."
    )
    work_at = models.DateTimeField(help_text="Its place within the band: earlier goes first.")
    closing = models.ForeignKey(
        Reason,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="For which of the policy's reasons it was solved or closed.",
    )
    exclusion = models.ForeignKey(
        Reason,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Which exclusion of the policy its cause is, if one.",
    )
    excluded_at = models.DateTimeField(null=True, help_text="When that was decided.")
    covered_work = models.ForeignKey(
        Reason,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Which kind of covered work it is.",
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    registered_at = models.DateTimeField()
    latest_at = models.DateTimeField(help_text="Instant of the latest event.")
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the request, so that it registers once."
    )

    # What people amend; status and instants follow from the events.
    history = HistoricalRecords(
        excluded_fields=[
            *("status", "latest_at", "source_key", "agreed", "entitled"),
            *("work_band", "work_at", "excluded_at"),
        ]
    )
    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(Status)), name="ticket_status_known"
            ),
            models.CheckConstraint(
                condition=Q(desk__in=["CENTRE", "TAM"]), name="ticket_desk_known"
            ),
            models.CheckConstraint(
                condition=Q(exclusion=None, excluded_at=None)
                | Q(exclusion__isnull=False, excluded_at__isnull=False),
                name="ticket_exclusion_has_an_instant",
            ),
        ]
        indexes = [
            # The queue and its views, each in the order of work (V-8.2.3).
            models.Index(
                fields=["status", "work_band", "work_at", "id"],
                condition=~Q(status="CLOSED"),
                name="ticket_in_order_of_work",
            ),
            models.Index(
                fields=["assignee", "work_band", "work_at", "id"],
                condition=~Q(status="CLOSED"),
                name="ticket_of_assignee",
            ),
            models.Index(
                fields=["severity"], condition=~Q(status="CLOSED"), name="ticket_open_by_severity"
            ),
            # What an account's page shows: its open tickets, and where something happened last.
            models.Index(
                fields=["account", "severity", "registered_at"],
                condition=~Q(status="CLOSED"),
                name="ticket_open_of_account",
            ),
            models.Index(fields=["account", "-latest_at"], name="ticket_latest_of_account"),
            # What a client's list reads: of an order, or of a person, each status by itself.
            models.Index(
                fields=["order", "status", "-latest_at", "-id"], name="ticket_latest_of_order"
            ),
            models.Index(
                fields=["order", "severity", "status", "-latest_at", "-id"],
                name="ticket_of_order_by_severity",
            ),
            models.Index(
                fields=["requester", "status", "-latest_at", "-id"],
                name="ticket_latest_of_requester",
            ),
            # What the report of exclusions counts and lists.
            models.Index(
                fields=["excluded_at", "id", "exclusion"],
                condition=Q(exclusion__isnull=False),
                name="ticket_excluded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def number(self) -> str:
        """The unique registration number (V-8.1.4): the row's own key, so it is never reused."""
        return f"{settings.TICKET_PREFIX}-{self.pk:06d}"


class Event(models.Model):
    """One thing that happened to a ticket. The database refuses to change or remove it."""

    class What(models.TextChoices):
        REGISTERED = Kind.REGISTERED, "Registered"
        ACKNOWLEDGED = Kind.ACKNOWLEDGED, "Acknowledged"
        ASSIGNED = Kind.ASSIGNED, "Assigned"
        NOTED = Kind.NOTED, "Internal note"
        CLASSIFIED = Kind.CLASSIFIED, "Classified"
        RESPONDED = Kind.RESPONDED, "Responded"
        ASKED_CLIENT = Kind.ASKED_CLIENT, "Asked the client"
        CLIENT_REPLIED = Kind.CLIENT_REPLIED, "Client replied"
        SEVERITY_CHANGED = Kind.SEVERITY_CHANGED, "Severity changed"
        DISPUTED = Kind.DISPUTED, "Severity disputed"
        DISPUTE_DECIDED = Kind.DISPUTE_DECIDED, "Dispute decided"
        PROPOSAL_DECLINED = Kind.PROPOSAL_DECLINED, "Lower severity declined"
        HANDED_OUT = Kind.HANDED_OUT, "Handed to others"
        HANDED_BACK = Kind.HANDED_BACK, "Back from others"
        WORKAROUND_GIVEN = Kind.WORKAROUND_GIVEN, "Workaround given"
        SOLVED = Kind.SOLVED, "Solution given"
        CONFIRMED = Kind.CONFIRMED, "Closure confirmed"
        REFUSED = Kind.REFUSED, "Closure refused"
        JUDGED = Kind.JUDGED, "Refusal judged"
        STEPPED_DOWN = Kind.STEPPED_DOWN, "Stepped down"
        RFO_ISSUED = Kind.RFO_ISSUED, "Reason for Outage issued"
        SUSPENDED = Kind.SUSPENDED, "Suspended"
        RESUMED = Kind.RESUMED, "Resumed"
        LINKED = Kind.LINKED, "Linked"
        MERGED = Kind.MERGED, "Merged"
        JOINED = Kind.JOINED, "Duplicate merged in"
        SPLIT = Kind.SPLIT, "Split"
        BOUNCED = Kind.BOUNCED, "Mail bounced"
        ESCALATED = Kind.ESCALATED, "Escalated"
        ESCALATION_CLIMBED = Kind.ESCALATION_CLIMBED, "Escalated further"
        ESCALATION_TAKEN = Kind.ESCALATION_TAKEN, "Escalation acknowledged"
        ESCALATION_ANSWERED = Kind.ESCALATION_ANSWERED, "Escalation answered"
        ESCALATION_CLOSED = Kind.ESCALATION_CLOSED, "Escalation closed"
        CLOSED = Kind.CLOSED, "Closed"
        REOPENED = Kind.REOPENED, "Reopened"
        DEADLINE_WARNED = Kind.DEADLINE_WARNED, "Deadline near"
        DEADLINE_MISSED = Kind.DEADLINE_MISSED, "Deadline missed"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=What.choices)
    at = models.DateTimeField(help_text="When it happened.")
    recorded_at = models.DateTimeField(help_text="When it was written down.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    facts = models.JSONField(default=dict)
    source_key = models.CharField(
        max_length=250, null=True, unique=True, help_text="Makes a repeated act one event."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="event_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M} UTC"
