"""Voice messages: what was said, whom it paged, and the ticket that had to follow."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models import AuthorisedUser
from apps.escalation.models import Page
from apps.tickets.models import Ticket

LONGEST_TRANSCRIPT = 20_000


class VoiceMessage(models.Model):
    """A voice message, by a phone system's webhook or written down by an operator.

    Outside of the standard hours it pages whoever is on call, and a ticket has to follow; inside
    it waits to be answered. ``next_at`` is when the missing ticket is asked for again.

    Clause: S-2, S-3.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "To answer"
        PAGED = "PAGED", "Paged, no ticket yet"
        SETTLED = "SETTLED", "Settled"

    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the message, so that it is taken once."
    )
    came_at = models.DateTimeField(help_text="When it came in.")
    left_at = models.DateTimeField(help_text="When the caller spoke.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    caller = models.CharField(max_length=120, blank=True, help_text="Who called, in words.")
    number = models.CharField(max_length=40, blank=True)
    number_backwards = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(
        AuthorisedUser, null=True, on_delete=models.PROTECT, related_name="voice_messages"
    )
    transcript = models.TextField(blank=True)
    recording_url = models.URLField(max_length=1000, blank=True)
    recording = models.BinaryField(null=True)
    recording_type = models.CharField(max_length=100, blank=True)
    steps = models.JSONField(default=list, help_text="Why it paged, or did not.")
    page = models.OneToOneField(
        Page, null=True, on_delete=models.PROTECT, related_name="voice_message"
    )
    state = models.CharField(max_length=7, choices=State)
    chase_after = models.JSONField(
        default=list, help_text="Minutes after it came in, as the policy said then."
    )
    chased = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.PROTECT, related_name="voice_messages"
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=250, blank=True, help_text="What became of it.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", page=None, settled_at=None, next_at=None)
                | Q(state="PAGED", page__isnull=False, settled_at=None)
                | Q(state="SETTLED", settled_at__isnull=False, next_at=None),
                name="voice_facts_go_with_its_state",
            ),
        ]
        indexes = [
            # The tick reads only this.
            models.Index(fields=["id"], condition=Q(state="PAGED"), name="voice_without_ticket"),
            models.Index(fields=["id"], condition=Q(state="WAITING"), name="voice_to_answer"),
        ]

    def __str__(self) -> str:
        return f"Voice message of {self.who}"

    @property
    def who(self) -> str:
        """Who called, as well as that is known."""
        if self.person is not None:
            return self.person.name
        return self.caller or self.number or "an unknown caller"
