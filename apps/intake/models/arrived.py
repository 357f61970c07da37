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
from apps.intake.rules.faults import fault_in_words
from apps.tickets.models import Ticket


class InboundMailQuerySet(models.QuerySet):
    def unfinished(self) -> Self:
        """Mail that is still to be worked off, or again."""
        return self.filter(state__in=InboundMail.UNFINISHED)

    def taken(self) -> Self:
        """Mail that became a ticket or part of one: what its Message-ID may do only once."""
        return self.filter(state__in=InboundMail.TAKEN)

    def to_look_at(self, *, since: datetime) -> Self:
        """Mail that waits for a person, however long; and what became nothing or not all of it."""
        lately = Q(state__in=InboundMail.BECAME_NOTHING) | Q(is_cut=True)
        return self.filter(Q(state=InboundMail.State.HELD) | Q(lately, received_at__gte=since))

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
        HELD = "HELD", "Held for a person"
        AUTOMATIC = "AUTOMATIC", "A machine's mail"
        DUPLICATE = "DUPLICATE", "Came before"
        UNREADABLE = "UNREADABLE", "Could not be read"
        TOO_BIG = "TOO_BIG", "Too big: left in the mailbox"
        FAILED = "FAILED", "Our fault: to be looked at"

    UNFINISHED = [State.RECEIVED, State.FAILED]
    TAKEN = [State.REGISTERED, State.ADDED]
    BECAME_NOTHING = [State.REFUSED, State.UNREADABLE, State.TOO_BIG, State.FAILED]
    # What a sender's cap leaves out: a list's copies and a robot's answers are not theirs to bear.
    UNCOUNTED = [State.AUTOMATIC, State.DUPLICATE]
    # What a decision writes: never the bytes, which may be many and do not change.
    DECIDED = [
        *("state", "why", "clause", "mail_id", "sender", "subject", "defects"),
        *("account", "ticket", "is_cut"),
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
    is_cut = models.BooleanField(
        default=False, help_text="Something of it was left out: it is only in the mail as it came."
    )
    released_at = models.DateTimeField(
        null=True, help_text="When a person let it pass that had been held."
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

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
                        "HELD",
                        "AUTOMATIC",
                        "DUPLICATE",
                        "UNREADABLE",
                        "TOO_BIG",
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
            # How much a sender wrote lately, before each mail of theirs is taken.
            models.Index(fields=["sender", "received_at"], name="inboundmail_of_sender"),
            # What waits for a person is little, and looked for among millions.
            models.Index(fields=["id"], condition=Q(state="HELD"), name="inboundmail_held"),
        ]

    def __str__(self) -> str:
        return f"{self.sender or 'unknown sender'}: {self.subject or '(no subject)'}"

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be worked off, or again."""
        return self.state in self.UNFINISHED

    @property
    def told(self) -> str:
        """Why it was decided so, as staff read it; of a fault of ours, what to do about it."""
        return fault_in_words(self.why) if self.state == self.State.FAILED else self.why


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
    named = models.ForeignKey(
        Ticket,
        null=True,
        on_delete=models.PROTECT,
        related_name="refused_requests",
        help_text="The ticket that it names, to which who asked may not write.",
    )
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


class Release(models.Model):
    """A refused request that a person took after all, in the name of somebody who may ask.

    It stands beside the refusal, which stays as it was; the database refuses to change it too.

    Clause: V-3.5.
    """

    refused = models.OneToOneField(RefusedRequest, on_delete=models.PROTECT, related_name="release")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="releases")
    as_client = models.ForeignKey(AuthorisedUser, on_delete=models.PROTECT, related_name="releases")
    at = models.DateTimeField(help_text="When; the clocks run from here.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.refused}, released to {self.ticket.number}"
