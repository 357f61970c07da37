"""What arrived, as it arrived, and what became of it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models import (
    Account,
    Appointment,
    AuthorisedUser,
    Order,
    Reason,
    Service,
    Severity,
)
from apps.tickets.models import Ticket


class InboundMailQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        """Mail that is still to be worked off, or again."""
        return self.filter(state__in=InboundMail.UNFINISHED)

    def taken(self) -> Self:
        """Mail that became a ticket or part of one: what its Message-ID may do only once."""
        return self.filter(state__in=InboundMail.TAKEN)

    def unprocessed(self, *, before: datetime) -> Self:
        """Mail that was kept but not worked off: its worker died in the middle."""
        return self.filter(state=InboundMail.State.RECEIVED, received_at__lt=before)


class InboundMail(models.Model):
    """A mail as it came, byte for byte, and the decision on it with its reason.

    Clause: V-1.2 and V-3.5 (a refused request is kept), V-8.1.
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", "Being worked off"
        REGISTERED = "REGISTERED", "Became a ticket"
        ADDED = "ADDED", "Added to a ticket"
        REFUSED = "REFUSED", "Refused"
        AUTOMATIC = "AUTOMATIC", "A machine's mail"
        DUPLICATE = "DUPLICATE", "Came before"
        UNREADABLE = "UNREADABLE", "Could not be read"
        FAILED = "FAILED", "Our fault: to be looked at"

    UNFINISHED = [State.RECEIVED, State.FAILED]
    TAKEN = [State.REGISTERED, State.ADDED]
    # What a decision writes: never the bytes, which may be many and do not change.
    DECIDED = [
        *("state", "why", "clause", "mail_id", "sender", "subject", "defects"),
        *("account", "ticket"),
    ]

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the raw mail.")
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    mail_id = models.CharField(max_length=998, blank=True, help_text="Message-ID, no brackets.")
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_index=True
    )
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="mails")
    clause = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True, help_text="The decision in words.")
    defects = models.JSONField(default=list, help_text="What was odd about the mail.")

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail in"
        verbose_name_plural = "mails in"
        ordering = ["-pk"]
        constraints = [
            # One Message-ID is one request; copies of it are kept as duplicates. What was not
            # taken holds no id: after a list's copy, or a refusal, the mail itself may still come.
            models.UniqueConstraint(
                fields=["mail_id"],
                condition=~Q(mail_id="") & Q(state__in=["REGISTERED", "ADDED"]),
                name="inboundmail_one_request_a_message_id",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["REGISTERED", "ADDED"], ticket__isnull=False)
                | Q(
                    state__in=[
                        "RECEIVED",
                        "REFUSED",
                        "AUTOMATIC",
                        "DUPLICATE",
                        "UNREADABLE",
                        "FAILED",
                    ]
                ),
                name="inboundmail_state_known_and_ticket_named",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(state="RECEIVED"),
                name="inboundmail_unprocessed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender or 'unknown sender'}: {self.subject or '(no subject)'}"

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be worked off, or again."""
        return self.state in self.UNFINISHED


class RefusedRequest(models.Model):
    """A request that was not entitled, with the answer that was given. Nothing of it was processed.

    The database refuses to change it: it is what was asked, and what was answered.

    Clause: V-1.2, V-3.5, S-2.1, S-3, S-12.
    """

    class Wanted(models.TextChoices):
        TICKET = "TICKET", "A ticket, in its turn"
        HELP_NOW = "HELP_NOW", "Help at this hour"
        INSTALL = Appointment.Kind.INSTALL, "An appointment for a new install"
        OFF_HOURS = Appointment.Kind.OFF_HOURS, "An appointment outside standard hours"

    asked_at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Ticket.Channel.choices)
    wanted = models.CharField(max_length=10, choices=Wanted.choices)
    sender = models.CharField(max_length=320, help_text="Address of who asked.")
    person = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="refused_requests"
    )
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="refused_requests"
    )
    order = models.ForeignKey(
        Order, null=True, on_delete=models.PROTECT, related_name="refused_requests"
    )
    severity = models.ForeignKey(Severity, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    clause = models.CharField(max_length=40, blank=True)
    why = models.TextField()
    steps = models.JSONField(default=list)
    mail = models.OneToOneField(
        InboundMail, null=True, on_delete=models.PROTECT, related_name="refused_request"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who took it, where a person did.",
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the request, so that it is refused once."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wanted__in=["TICKET", "HELP_NOW", "INSTALL", "OFF_HOURS"]),
                name="refusedrequest_wanted_known",
            ),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="refusedrequest_of_account")]

    def __str__(self) -> str:
        # The subject first: the theme's head of a page begins with a capital, an address does not.
        return f"{self.subject or '(no subject)'}, asked by {self.sender}"
