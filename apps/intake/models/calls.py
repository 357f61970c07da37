"""Calls that staff took, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models import Account, AuthorisedUser, Order, Reason, Service
from apps.intake.models.arrived import RefusedRequest
from apps.tickets.models import Ticket

LONGEST = 8 * 60  # minutes of one call


class Call(models.Model):
    """A call with who called, what was said, and what became of it.

    The database refuses to change it: it is what was said, and what was done about it.

    Clause: V-8.1, V-2-response, S-1.
    """

    class Outcome(models.TextChoices):
        SETTLED = "SETTLED", "Settled on the phone"
        TICKET = "TICKET", "On a ticket"
        REDIRECTED = "REDIRECTED", "Sent elsewhere"
        REFUSED = "REFUSED", "Refused"

    class Elsewhere(models.TextChoices):
        NOWHERE = "", "Nowhere"
        TICKET = "TICKET", "The ticket system"
        EMAIL = "EMAIL", "E-mail"

    taken_at = models.DateTimeField(help_text="When the call began.")
    recorded_at = models.DateTimeField(help_text="When it was written down.")
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="calls", db_index=False
    )
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="calls")
    person = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="calls"
    )
    caller = models.CharField(max_length=320, help_text="Who called, in words.")
    number = models.CharField(max_length=40, blank=True, help_text="Where they called from.")
    number_backwards = models.CharField(
        max_length=40, blank=True, help_text="Its digits, the last one first: so it is found."
    )
    category = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=250)
    text = models.TextField(help_text="What was said.")
    minutes = models.PositiveSmallIntegerField(null=True, help_text="How long it took.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    redirected_to = models.CharField(max_length=6, blank=True, choices=Elsewhere.choices)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="calls")
    refused = models.OneToOneField(
        RefusedRequest, null=True, on_delete=models.PROTECT, related_name="call"
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the call, so that it is written down once."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="SETTLED", ticket=None, refused=None, redirected_to="")
                | Q(outcome="TICKET", ticket__isnull=False, refused=None, redirected_to="")
                | Q(
                    outcome="REDIRECTED",
                    ticket=None,
                    refused=None,
                    redirected_to__in=["TICKET", "EMAIL"],
                )
                | Q(outcome="REFUSED", ticket=None, refused__isnull=False, redirected_to=""),
                name="call_facts_go_with_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, order__isnull=False, account__isnull=False)
                | Q(person=None, outcome="REFUSED"),
                name="call_of_a_stranger_is_refused",
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=LONGEST),
                name="call_minutes_within_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="call_of_account"),
            models.Index(fields=["outcome", "-id"], name="call_by_outcome"),
            # The operator class lets the index serve "starts with".
            models.Index(
                fields=["number_backwards"],
                opclasses=["varchar_pattern_ops"],
                condition=~Q(number_backwards=""),
                name="call_by_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, a call of {self.caller}"

    @property
    def is_new_ticket(self) -> bool:
        """Whether the ticket began with this call."""
        return self.ticket is not None and self.ticket.source_key == self.source_key
