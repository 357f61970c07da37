"""Contractual escalations: a client, or the TAM, asks for the person in charge."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from apps.contracts.models import AuthorisedUser, Reason
from apps.escalation.rules.admission import Finding
from apps.tickets.models import Ticket


class EscalationQuerySet(models.QuerySet):
    def unanswered(self) -> Self:
        """Escalations that nobody has acknowledged yet."""
        return self.filter(state=Escalation.State.OPEN)

    def in_hand(self) -> Self:
        """Escalations that were admitted, and are not answered yet."""
        return self.filter(state__in=Escalation.IN_HAND)

    def due(self, *, at: datetime) -> Self:
        """Escalations that nobody acknowledged in time, and that go on to the next rung.

        The instant itself is still in time (R-17).
        """
        return self.unanswered().filter(next_at__lt=at)


class Escalation(models.Model):
    """A request for the person in charge, from who asked it to what came of it.

    ``path`` is who is asked, rung by rung, and ``climb_after`` how long each has: both as they
    were when it was raised. ``rung`` counts those who were told; ``next_at`` is when the next one
    is. A refused one is kept with what it lacked, and goes to nobody.

    Clause: V-9.1, V-9.2, S-7, S-2.1.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", gettext_noop("Not acknowledged")
        TAKEN = "TAKEN", gettext_noop("Acknowledged")
        ANSWERED = "ANSWERED", gettext_noop("Answered")
        CLOSED = "CLOSED", gettext_noop("Closed")
        REFUSED = "REFUSED", gettext_noop("Refused")

    IN_HAND = [State.OPEN, State.TAKEN]

    class Found(models.TextChoices):
        TRUE = Finding.TRUE, "True of the ticket"
        UNTRUE = Finding.UNTRUE, "Not true of the ticket"
        JUDGED = Finding.JUDGED, "A matter of judgement"

    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.PROTECT, related_name="escalations"
    )
    client = models.ForeignKey(
        AuthorisedUser,
        null=True,
        on_delete=models.PROTECT,
        related_name="escalations",
        help_text="Who of the client asked; empty: the TAM did.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who of ours wrote it down, or asked as the TAM.",
    )
    sender = models.EmailField(help_text="Where the answers go.")
    channel = models.CharField(max_length=12, choices=Ticket.Channel.choices)
    ground = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True, help_text="What was asked, in their own words.")
    raised_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    finding = models.CharField(max_length=6, choices=Found.choices, default=Finding.JUDGED)
    clause = models.CharField(max_length=40, blank=True)
    why = models.TextField(help_text="Whether it is admissible, in words.")
    steps = models.JSONField(default=list, help_text="Why: clause, text and figures of each step.")
    path = models.JSONField(default=list, help_text="Title, email and phone of each rung.")
    climb_after = models.DurationField(null=True, help_text="Clock time; empty: by hand.")
    rung = models.PositiveSmallIntegerField(default=0, help_text="How many rungs were told.")
    next_at = models.DateTimeField(null=True, help_text="When the tick has something to do.")
    alarmed_at = models.DateTimeField(
        null=True, help_text="When the duty managers heard that nobody on the path acknowledged it."
    )
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=400, blank=True, help_text="Who acknowledged it.")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Names the request, so that it is raised once."
    )

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="REFUSED", path=[], rung=0)
                | Q(state__in=["OPEN", "TAKEN", "ANSWERED", "CLOSED"], ticket__isnull=False),
                name="escalation_state_known_and_ticket_named",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN") | Q(next_at__isnull=True),
                name="escalation_climbs_only_while_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "REFUSED"], taken_at__isnull=True, taken_by="")
                | Q(state__in=["TAKEN", "ANSWERED", "CLOSED"], taken_at__isnull=False)
                & ~Q(taken_by=""),
                name="escalation_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["OPEN", "TAKEN", "REFUSED"], answered_at__isnull=True, answer=""
                )
                | Q(
                    state__in=["ANSWERED", "CLOSED"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                )
                & ~Q(answer=""),
                name="escalation_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state="CLOSED") & Q(closed_at__isnull=True)),
                name="escalation_closed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["ticket", "ground"],
                condition=Q(state__in=["OPEN", "TAKEN"]),
                name="escalation_one_a_ground",
            ),
            # A unique ground that is empty is unlike any other.
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(state__in=["OPEN", "TAKEN"], ground__isnull=True),
                name="escalation_one_without_a_ground",
            ),
        ]
        indexes = [
            # The one index that the tick reads.
            models.Index(fields=["next_at"], condition=Q(state="OPEN"), name="escalation_tick"),
            # What nobody acknowledged, for the list and the home page.
            models.Index(fields=["-id"], condition=Q(state="OPEN"), name="escalation_open"),
        ]

    def __str__(self) -> str:
        number = self.ticket.number if self.ticket else "no ticket"
        return f"Escalation {self.pk} of {number}"

    @property
    def who(self) -> str:
        """Who asked, by name."""
        if self.client is not None:
            return self.client.name
        return str(self.by) if self.by else self.sender

    @property
    def taker(self) -> str:
        """Who acknowledged it, by name or title; empty: nobody has."""
        return self.taken_by.partition(" <")[0]

    @property
    def taker_address(self) -> str:
        """The address of who acknowledged it by the link of a mail; else empty."""
        return self.taken_by.partition(" <")[2].rstrip(">")

    @property
    def in_charge(self) -> dict[str, Any] | None:
        """The rung that was told last; None: nobody was."""
        return self.path[self.rung - 1] if 0 < self.rung <= len(self.path) else None


class EscalationNotice(models.Model):
    """That a rung of an escalation's path was told: once, whatever happens later.

    Clause: V-9.2, S-7.
    """

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="notices")
    rung = models.PositiveSmallIntegerField(help_text="1 is told first.")
    title = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField()
    key = models.CharField(max_length=250, help_text="The key of its mail in the outbox.")

    class Meta:
        ordering = ["escalation", "rung"]
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "rung"], name="escalationnotice_once_a_rung"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung}. {self.title}"
