"""Promises on tickets: the cache of what the rules say, in the form that the sweep reads."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from apps.contracts.models import Calendar, CalendarRevision
from apps.tickets.models.tickets import Ticket
from apps.tickets.rules.promise import DeadlineKind, State


class DeadlineQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def due(self, *, at: datetime) -> Self:
        """Open deadlines that want something done: a warning, or the record of a miss.

        The instant itself is still in time (R-17).
        """
        return self.open().filter(next_at__lt=at)


class Deadline(models.Model):
    """A promise on a ticket, and whether it was kept.

    ``due_at`` is empty while the clock stands still. A miss is dated to the moment it was due.
    """

    class Verdict(models.TextChoices):
        OPEN = State.OPEN, "Open"
        MET = State.MET, "Met"
        MISSED = State.MISSED, "Missed"

    class Kind(models.TextChoices):
        RESPONSE = DeadlineKind.RESPONSE, "Response"
        RESOLUTION = DeadlineKind.RESOLUTION, "Resolution"
        RFO = DeadlineKind.RFO, "Reason for Outage"
        CLIENT_REPLY = DeadlineKind.CLIENT_REPLY, "Client's reply"
        CONFIRMATION = DeadlineKind.CONFIRMATION, "Closure confirmation"
        STEP_DOWN = DeadlineKind.STEP_DOWN, "Step-down"
        AUTO_CLOSE = DeadlineKind.AUTO_CLOSE, "Auto-close"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=12, choices=Kind)
    serial = models.PositiveSmallIntegerField(
        default=1, help_text="Which of its kind: the second question has the second client reply."
    )
    state = models.CharField(max_length=6, choices=Verdict.choices, default=State.OPEN)
    target = models.DurationField(help_text="Service time.")
    used = models.DurationField(help_text="Service time used at the latest event.")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    hours = models.ForeignKey(
        CalendarRevision,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # revisions never go, so nothing asks by this alone
        help_text="The revision of the calendar that this was counted with.",
    )
    clause = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, help_text="When the sweep has something to do.")
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When the promised act came.")
    in_work = models.BooleanField(
        default=True, help_text="Whether its ticket is not closed, so that lists of work show it."
    )
    steps = models.JSONField(default=list, help_text="Why: clause, text and figures of each step.")

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["ticket", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind", "serial"], name="deadline_one_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", settled_at__isnull=True)
                | Q(state__in=["MET", "MISSED"], settled_at__isnull=False, next_at__isnull=True),
                name="deadline_settled_exactly_when_closed",
            ),
            models.CheckConstraint(
                # Said twice: a comparison with an empty instant would pass as unknown.
                condition=~Q(state="MISSED") | Q(due_at__isnull=False, settled_at=F("due_at")),
                name="deadline_miss_dated_to_its_due_instant",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(DeadlineKind)), name="deadline_kind_known"
            ),
            models.CheckConstraint(
                # A step of the policy may come at once; nobody has to keep it.
                condition=Q(target__gt=timedelta(0)) | Q(kind="STEP_DOWN", target=timedelta(0)),
                name="deadline_target_positive",
            ),
        ]
        indexes = [
            # The one index that the sweep reads: open deadlines, soonest first.
            models.Index(fields=["next_at"], condition=Q(state="OPEN"), name="deadline_sweep"),
            # What is due next, and what was missed, among the tickets that are still worked on.
            models.Index(
                fields=["due_at", "id", "ticket"],  # so that tickets are counted from it alone
                condition=Q(state="OPEN", in_work=True, kind__in=["RESPONSE", "RESOLUTION", "RFO"]),
                name="deadline_next_due",
            ),
            models.Index(
                fields=["-due_at", "-id", "ticket"],
                condition=Q(
                    state="MISSED", in_work=True, kind__in=["RESPONSE", "RESOLUTION", "RFO"]
                ),
                name="deadline_missed_in_work",
            ),
            # Reasons for Outage that have not come: they stay owed when they were missed, and when
            # their ticket is closed.
            models.Index(
                fields=["due_at", "id"],
                condition=Q(kind="RFO", ended_at__isnull=True),
                name="deadline_report_owed",
            ),
            # A new revision of a calendar looks for the open deadlines that it changes.
            models.Index(
                fields=["calendar", "hours"], condition=Q(state="OPEN"), name="deadline_hours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of ticket {self.ticket_id}"
