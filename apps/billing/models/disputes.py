"""Disputes of amounts on lines of invoices."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from apps.billing.models.documents import Document, Line
from apps.contracts.models import Account, AuthorisedUser


class BillingDispute(models.Model):
    """A client disputes so much of a line, and why; what became of it.

    ``amount`` is before tax, ``total_amount`` with the line's tax: what is not owed meanwhile.
    Open while RAISED or BONA_FIDE.

    Clause: S-12, R-5.
    """

    class State(models.TextChoices):
        RAISED = "RAISED", gettext_noop("Raised")
        BONA_FIDE = "BONA_FIDE", gettext_noop("Bona fide")
        UPHELD = "UPHELD", gettext_noop("Upheld")
        PARTLY = "PARTLY", gettext_noop("Partly upheld")
        REJECTED = "REJECTED", gettext_noop("Rejected")
        WITHDRAWN = "WITHDRAWN", gettext_noop("Withdrawn")

    OPEN = (State.RAISED, State.BONA_FIDE)

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="disputes")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="disputes")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="billing_disputes")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.RAISED)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    upheld_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    credit_note = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, related_name="settles_disputes"
    )
    answer = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1)
    source_key = models.CharField(max_length=250, unique=True)

    class Meta:
        verbose_name = "disputed amount"
        verbose_name_plural = "disputed amounts"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(reason=""),
                name="billingdispute_of_something_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["RAISED", "BONA_FIDE"], decided_at__isnull=True)
                | Q(
                    state__in=["UPHELD", "PARTLY", "REJECTED", "WITHDRAWN"],
                    decided_at__isnull=False,
                ),
                name="billingdispute_decided_exactly_when_over",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document"],
                condition=Q(state__in=["RAISED", "BONA_FIDE"]),
                name="billingdispute_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.line}"


class BillingDisputeStep(models.Model):
    """One step of a dispute: who did what, when, and what was said. The database keeps it."""

    dispute = models.ForeignKey(BillingDispute, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(help_text="The dispute's revision that it made.")
    state = models.CharField(max_length=9, choices=BillingDispute.State.choices)
    text = models.TextField(blank=True, help_text="The reason, or what the client was answered.")
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, help_text="What was upheld, before tax."
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    client = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["dispute", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "number"], name="billingdisputestep_once_a_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.dispute}"
