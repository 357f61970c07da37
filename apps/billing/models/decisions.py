"""What people decide on prices: amounts that they name, waivers that they ask for."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.billing.models.charges import Charge, RatedEvent


class Quote(models.Model):
    """An amount that a person named for an event, and why. The database refuses to change it.

    For work that the policy has no price for, up to so many minutes; or the amount of a charge
    made by hand. The latest counts.

    Clause: S-13.1, R-9.
    """

    event = models.ForeignKey(RatedEvent, on_delete=models.PROTECT, related_name="quotes")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    minutes = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, null=True)
    quoted_for = models.CharField(max_length=120, null=True, help_text="What its terms asked then.")
    reason = models.CharField(max_length=250)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        permissions = [("add_manual_charge", "Can charge something by hand")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0) & ~Q(reason=""), name="quote_is_no_gift_and_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.event}"


class WaiverRequest(models.Model):
    """That somebody wants a client let off a charge, or a part of it, and what was decided.

    Approved by somebody else than who asked, or by who may approve their own.

    Clause: S-13, S-4.
    """

    class State(models.TextChoices):
        ASKED = "ASKED", "To be decided"
        APPROVED = "APPROVED", "Approved"
        DECLINED = "DECLINED", "Declined"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="waiver_requests")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=250)
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=250, blank=True, help_text="Why it was declined.")

    class Meta:
        verbose_name = "waiver"
        verbose_name_plural = "waivers"
        ordering = ["-pk"]
        permissions = [("approve_own_waiver", "Can approve a waiver that they asked for")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(reason=""), name="waiverrequest_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_at__isnull=True)
                | Q(
                    state__in=["APPROVED", "DECLINED", "WITHDRAWN"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="waiverrequest_decided_as_its_state_says",
            ),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(state="ASKED"), name="waiverrequest_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state="ASKED"), name="waiver_undecided"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} off {self.charge}"
