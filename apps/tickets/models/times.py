"""Time that was worked for a client."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Order
from apps.tickets.models.tickets import Ticket

LONGEST = 24 * 60  # minutes of one entry


class TimeEntry(models.Model):
    """So many minutes from an instant on, worked for an order, on a ticket or apart from any.

    The time is [started_at, started_at + minutes). Of kind TAM it counts against the order's
    TAM hours, in the calendar months of the order's zone that it falls into.

    Clause: V-6.3, V-6.4, S-4, S-13.
    """

    class Kind(models.TextChoices):
        TAM = "TAM", "TAM"
        SUPPORT = "SUPPORT", "Support"
        ENGINEERING = "ENGINEERING", "Engineering"

    class Contact(models.TextChoices):
        NONE = "", "No contact"
        PHONE = "PHONE", "Phone"
        EMAIL = "EMAIL", "E-mail"
        CHAT = "CHAT", "Chat"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="time_entries")
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="time_entries"
    )
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_entries"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    started_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(
        validators=[
            MinValueValidator(1, "Log at least a minute."),
            MaxValueValidator(LONGEST, "An entry has at most 24 hours: log each day apart."),
        ]
    )
    what = models.CharField(max_length=250, help_text="What was done, in a few words.")
    contact = models.CharField(
        max_length=8, blank=True, choices=Contact.choices, help_text="How the client was reached."
    )
    recorded_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1, editable=False)
    invoiced_in = models.CharField(
        max_length=40,
        blank=True,
        editable=False,
        help_text="The invoice on which its price stands: finance alone corrects it then.",
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Makes a repeated act one entry."
    )

    history = HistoricalRecords(excluded_fields=["source_key", "revision", "invoiced_in"])

    class Meta:
        verbose_name_plural = "time entries"
        ordering = ["-started_at", "-pk"]
        permissions = [("correct_invoiced", "Can correct time that stands on an invoice")]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST),
                name="timeentry_minutes_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["TAM", "SUPPORT", "ENGINEERING"])
                & Q(contact__in=["", "PHONE", "EMAIL", "CHAT"]),
                name="timeentry_kind_and_contact_known",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "kind", "started_at"], name="timeentry_of_order"),
            models.Index(fields=["who", "started_at"], name="timeentry_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min {self.get_kind_display()}, {self.who}, {self.order}"

    @property
    def ended_at(self) -> datetime:
        """The instant at which it was over."""
        return self.started_at + timedelta(minutes=self.minutes)
