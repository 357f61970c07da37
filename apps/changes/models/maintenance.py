"""Work on the platform that is announced: its window, what it touches, and how far it is."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.changes.rules.maintenance import OPEN
from apps.contracts.models import Account, Service
from apps.contracts.models.names import validate_name

LONGEST_TITLE, LONGEST_OBJECT = 200, 120  # characters


class MaintenanceQuerySet(models.QuerySet):
    def open(self) -> Self:
        """What is not done, nor cancelled."""
        return self.filter(state__in=[str(state) for state in OPEN])

    def to_announce(self) -> Self:
        """What is planned, and nobody was told of yet."""
        return self.filter(state="PLANNED", announced_at=None)

    def overtaken(self, *, at: datetime) -> Self:
        """Announced work of which the clock says more than we did.

        Its window is open and nobody confirmed it, or is over and nobody said that it is done.
        """
        opened = Q(state="PLANNED", announced_at__isnull=False, starts_at__lte=at)
        over = Q(state__in=["CONFIRMED", "IN_PROGRESS"], ends_at__lte=at)
        return self.filter(opened | over)

    def at(self, instant: datetime) -> Self:
        """Maintenance inside of whose window an instant is, but for what was cancelled."""
        inside = self.filter(starts_at__lte=instant, ends_at__gt=instant)
        return inside.exclude(state=Maintenance.State.CANCELLED)


class Maintenance(models.Model):
    """Planned work that may affect what accounts have.

    ``sequence`` is that of what was told last, from 0 on; None: nobody was told yet. ``edition``
    counts all changes, so that of two people who change it at once the second is told.

    Clause: S-11.
    """

    class State(models.TextChoices):
        PLANNED = "PLANNED", "Planned"
        CONFIRMED = "CONFIRMED", "Confirmed"
        IN_PROGRESS = "IN_PROGRESS", "In progress"
        DONE = "DONE", "Done"
        CANCELLED = "CANCELLED", "Cancelled"

    class Impact(models.TextChoices):
        NO_IMPACT = "NO_IMPACT", "No impact"
        REDUCED_REDUNDANCY = "REDUCED_REDUNDANCY", "Reduced redundancy"
        DEGRADED = "DEGRADED", "Degraded"
        OUTAGE = "OUTAGE", "Outage"

    title = models.CharField(max_length=LONGEST_TITLE, validators=[validate_name])
    description = models.TextField(help_text="What is done, as clients read it.")
    impact = models.CharField(max_length=18, choices=Impact.choices)
    state = models.CharField(max_length=11, choices=State.choices, default=State.PLANNED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    services = models.ManyToManyField(
        Service,
        blank=True,
        related_name="+",
        help_text="Whose accounts are told: those whose orders in force cover one of them.",
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True, help_text="Done, or cancelled.")
    edition = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    source_key = models.CharField(
        max_length=100, unique=True, help_text="Names the form, so that it is planned once."
    )

    history = HistoricalRecords(
        m2m_fields=[services], excluded_fields=["edition", "changed_by", "source_key"]
    )
    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "maintenance"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="maintenance_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(
                    impact__in=["NO_IMPACT", "REDUCED_REDUNDANCY", "DEGRADED", "OUTAGE"],
                ),
                name="maintenance_impact_known",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None, sequence=None)
                | Q(announced_at__isnull=False, sequence__isnull=False),
                name="maintenance_numbered_exactly_when_announced",
            ),
            models.CheckConstraint(
                condition=Q(state="PLANNED", began_at=None, over_at=None)
                | Q(state="CONFIRMED", sequence__isnull=False, began_at=None, over_at=None)
                | Q(
                    state="IN_PROGRESS",
                    sequence__isnull=False,
                    began_at__isnull=False,
                    over_at=None,
                )
                | Q(
                    state="DONE",
                    sequence__isnull=False,
                    began_at__isnull=False,
                    over_at__isnull=False,
                )
                | Q(state="CANCELLED", over_at__isnull=False),
                name="maintenance_dated_as_its_state_says",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=Q(state__in=["PLANNED", "CONFIRMED", "IN_PROGRESS"]),
                name="maintenance_open_starts",
            ),
            models.Index(fields=["ends_at"], name="maintenance_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """The MAINTENANCE-ID of its notices: the row's own key, so it is never reused."""
        return f"MNT-{self.pk:05d}"


class MaintenanceObject(models.Model):
    """Something of one account that the work touches: a circuit, a trunk, a range of numbers."""

    maintenance = models.ForeignKey(
        Maintenance, on_delete=models.CASCADE, related_name="named_objects"
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(
        max_length=LONGEST_OBJECT,
        validators=[validate_name],
        help_text="As the account knows it.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["account__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "account", "name"], name="maintenanceobject_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.account}"
