"""When somebody is to be reminded of a Reason for Outage: the row that the tick reads."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apps.tickets.models import Ticket


class ReportReminderQuerySet(models.QuerySet):
    def due(self, *, at: datetime) -> Self:
        """Those that want something done at that instant."""
        return self.filter(next_at__lte=at)


class ReportReminder(models.Model):
    """How far the people were reminded of the report that a ticket owes.

    ``due_at`` is the deadline that the reminders were counted for; where it moves, they are
    counted anew. ``next_at`` is empty once there is nothing left to say.

    Clause: S-6.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="report_reminder")
    due_at = models.DateTimeField()
    told_percent = models.PositiveSmallIntegerField(
        default=0, help_text="The share of the time of which people were told last."
    )
    next_at = models.DateTimeField(null=True)

    objects = ReportReminderQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="reportreminder_next"
            ),
        ]

    def __str__(self) -> str:
        return f"Reminders of ticket {self.ticket_id}"
