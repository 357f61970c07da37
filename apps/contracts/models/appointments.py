"""Appointments: help outside standard hours, and new installs, booked ahead."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from apps.contracts.models.order_people import AuthorisedUser
from apps.contracts.models.orders import Order, Service
from apps.contracts.models.terms import Fee


class AppointmentQuerySet(models.QuerySet):
    def asked(self) -> Self:
        """Appointments that wait for a decision of ours."""
        return self.filter(state=Appointment.State.ASKED)

    def confirmed(self) -> Self:
        return self.filter(state=Appointment.State.CONFIRMED)

    def covering(self, *, at: datetime) -> Self:
        """Appointments whose time holds that instant. The end itself is outside."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class Appointment(models.Model):
    """A time at which a client wants help: asked for, then confirmed or declined by staff.

    ``steps`` say why it could be booked, each with its clause; ``fee`` is the fee that applies to
    the time worked, with the reason among the steps; none: nothing is charged for the booking.

    Clause: S-2.1 (new installs), S-3 (off hours).
    """

    class Kind(models.TextChoices):
        INSTALL = "INSTALL", gettext_noop("New install")
        OFF_HOURS = "OFF_HOURS", gettext_noop("Help outside standard hours")

    class State(models.TextChoices):
        ASKED = "ASKED", gettext_noop("To be decided")
        CONFIRMED = "CONFIRMED", gettext_noop("Confirmed")
        DECLINED = "DECLINED", gettext_noop("Declined")
        CANCELLED = "CANCELLED", gettext_noop("Cancelled")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="appointments")
    requester = models.ForeignKey(
        AuthorisedUser, on_delete=models.PROTECT, related_name="appointments"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=250)
    details = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_priority = models.BooleanField(
        "priority handling", default=False, help_text="Taken at shorter notice than is owed."
    )
    fee = models.ForeignKey(Fee, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    steps = models.JSONField(default=list, blank=True, help_text="Why it could be booked.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(max_length=250, blank=True, help_text="What the client was told.")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
        help_text="Who will be there.",
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the request, so that it is booked once."
    )

    history = HistoricalRecords(excluded_fields=["source_key"])
    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["INSTALL", "OFF_HOURS"]), name="appointment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_at__isnull=True)
                | Q(state="CONFIRMED", decided_at__isnull=False, staff__isnull=False)
                | Q(state__in=["DECLINED", "CANCELLED"], decided_at__isnull=False),
                name="appointment_decided_as_its_state_says",
            ),
        ]
        indexes = [
            models.Index(
                fields=["order", "starts_at"],
                condition=Q(state="CONFIRMED"),
                name="appointment_booked",
            ),
            models.Index(
                fields=["staff", "starts_at"],
                condition=Q(state="CONFIRMED"),
                name="appointment_of_staff",
            ),
            models.Index(
                fields=["starts_at"], condition=Q(state="ASKED"), name="appointment_undecided"
            ),
            # A client's list: of an order, or of who sees only their own.
            models.Index(fields=["order", "starts_at", "id"], name="appointment_by_order"),
            models.Index(fields=["requester", "starts_at", "id"], name="appointment_by_requester"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.starts_at:%Y-%m-%d %H:%M} UTC, {self.order}"
