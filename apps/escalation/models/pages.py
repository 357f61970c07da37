"""Pages: who was told of an alert, rung by rung, until somebody has it in hand."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.escalation.models.rotations import PageLadder
from apps.tickets.models import Ticket


class PageQuerySet(models.QuerySet["Page"]):
    def open(self) -> Self:
        """Pages that nobody has in hand, whether or not anybody could be told."""
        return self.exclude(state=Page.State.ACKNOWLEDGED)

    def due(self, *, at: datetime) -> Self:
        """Pages whose next rung is due."""
        return self.filter(state=Page.State.OPEN, next_at__lte=at)


class Page(models.Model):
    """One alert. ``path`` is the ladder as it was when it was raised; ``next_at`` its next rung.

    ``step`` counts the rungs that were tried, over all rounds.

    Clause: S-2, S-3.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "Unacknowledged"
        ACKNOWLEDGED = "ACKNOWLEDGED", "Acknowledged"
        UNANSWERED = "UNANSWERED", "Nobody answered"
        UNTOLD = "UNTOLD", "Nobody could be told"

    key = models.CharField(
        max_length=200, unique=True, help_text="Names the alert, so that it pages once."
    )
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    source = models.CharField(
        max_length=200, blank=True, help_text="The page of the admin that it is about: its path."
    )
    ladder = models.ForeignKey(
        PageLadder, null=True, on_delete=models.SET_NULL, related_name="pages"
    )
    path = models.JSONField(help_text="The rungs, as they were when it was raised.")
    rounds = models.PositiveSmallIntegerField(default=1)
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="pages"
    )

    objects = PageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", next_at__isnull=False, acknowledged_at=None)
                | Q(
                    state__in=["UNANSWERED", "UNTOLD"],
                    next_at=None,
                    acknowledged_at=None,
                    given_up_at__isnull=False,
                )
                | Q(
                    state="ACKNOWLEDGED",
                    next_at=None,
                    acknowledged_at__isnull=False,
                    acknowledged_by__isnull=False,
                ),
                name="page_facts_go_with_its_state",
            ),
        ]
        indexes = [
            # The tick reads only this.
            models.Index(fields=["next_at"], condition=Q(state="OPEN"), name="page_due"),
            models.Index(
                fields=["raised_at"],
                condition=Q(state__in=["OPEN", "UNANSWERED", "UNTOLD"]),
                name="page_in_nobodys_hand",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class PageStep(models.Model):
    """A rung that was tried: who was told, or why nobody was.

    Clause: S-2.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="steps")
    step = models.PositiveSmallIntegerField()
    rung = models.CharField(max_length=160, help_text="The rung in words.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    why = models.CharField(max_length=200, help_text="Why they, or why nobody.")

    class Meta:
        ordering = ["page", "step"]
        constraints = [
            models.UniqueConstraint(fields=["page", "step"], name="page_tries_a_rung_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step}. {self.rung}"
