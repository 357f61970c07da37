"""Incidents: one outage, however many tickets it has."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account
from apps.tickets.models import Ticket


class Incident(models.Model):
    """What several tickets share: an outage, and the Reason for Outage that is owed for it.

    Clause: S-6.
    """

    title = models.CharField(max_length=250, help_text="What was out, as its clients are told.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="incidents",
        help_text="Who writes the Reason for Outage, and is reminded of it.",
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """Its number, which its documents carry: the row's own key, so it is never reused."""
        return f"INC-{self.pk:05d}"


class IncidentTicket(models.Model):
    """A ticket of an incident. A ticket is of one incident only.

    ``account`` is the ticket's, which never changes: an account finds its own incidents by it.

    Clause: S-6.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="members")
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="in_incident")
    # The index below begins with it.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["account", "incident"], name="incident_of_account")]

    def __str__(self) -> str:
        return f"{self.ticket.number} in {self.incident.number}"
