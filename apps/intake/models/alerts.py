"""Alerts, each known by its source and fingerprint, and the tickets that they are on."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from apps.contracts.models import Account, Order, Service
from apps.intake.models.monitoring import LONGEST_OBJECT, MonitoringPost, MonitoringSource
from apps.intake.rules.alerts import LONGEST_KEY
from apps.tickets.models import Ticket


class AlertBundle(models.Model):
    """The ticket that alerts of an order and service go on, while they follow each other.

    ``alerts`` and ``notes`` count those of the current ticket; ``tickets`` how many there were.

    Clause: V-2-monitoring.
    """

    source = models.ForeignKey(MonitoringSource, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, help_text="Names the service, or the sender's group.")
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.PROTECT, related_name="alert_bundles"
    )
    tickets = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField(help_text="When an alert came to it last.")
    alerts = models.PositiveIntegerField(default=0)
    notes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "source", "key"], name="alertbundle_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.order}"


class AlertQuerySet(models.QuerySet):
    def due(self) -> Self:
        """Alerts about which something is still to be done."""
        return self.filter(is_due=True)

    def silenced(self, *, until: datetime) -> Self:
        """Firing alerts inside of maintenance, to be looked at again by then."""
        return self.filter(
            handling=Alert.Handling.SILENCED, state=Alert.State.FIRING, look_again_at__lte=until
        )

    def to_map(self) -> Self:
        """Alerts that fire, and of which nobody said whose they are."""
        return self.filter(handling=Alert.Handling.UNMATCHED, state=Alert.State.FIRING)


class Alert(models.Model):
    """An alert as it is now: the same fingerprint again is the same row.

    ``episode`` counts how often it began, ``count`` how often it was told to fire. ``handling`` is
    what became of the current episode, and ``why`` that in words. ``is_due``: something of it is
    still to be done, by the next run.

    Clause: V-2-monitoring.
    """

    class State(models.TextChoices):
        FIRING = "FIRING", "Firing"
        RESOLVED = "RESOLVED", "Resolved"

    class Handling(models.TextChoices):
        PENDING = "PENDING", "To be handled"
        TICKET = "TICKET", "On a ticket"
        UNMATCHED = "UNMATCHED", "Not mapped"
        STAFF_ONLY = "STAFF_ONLY", "For staff only"
        SILENCED = "SILENCED", "Inside maintenance"
        OVER = "OVER", "Over at once"
        FAILED = "FAILED", "Our fault: to be looked at"

    source = models.ForeignKey(MonitoringSource, on_delete=models.PROTECT, related_name="alerts")
    fingerprint = models.CharField(max_length=LONGEST_KEY)
    state = models.CharField(max_length=8, choices=State.choices)
    handling = models.CharField(max_length=10, choices=Handling.choices)
    is_due = models.BooleanField(default=False)
    title = models.CharField(max_length=250)
    labels = models.JSONField(default=dict)
    notes = models.JSONField(default=dict, help_text="The sender's annotations.")
    group = models.CharField(max_length=40, blank=True)
    is_cut = models.BooleanField(default=False, help_text="Something was too long to be kept.")
    began_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    episode = models.PositiveIntegerField(default=1)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(help_text="When it was told first.")
    last_at = models.DateTimeField(help_text="When it was told last.")
    post = models.ForeignKey(MonitoringPost, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.PROTECT, related_name="+")
    object_name = models.CharField(max_length=LONGEST_OBJECT, blank=True)
    bundle = models.ForeignKey(
        AlertBundle, null=True, on_delete=models.PROTECT, related_name="members"
    )
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="alerts")
    window = models.CharField(max_length=250, blank=True, help_text="The maintenance it lies in.")
    look_again_at = models.DateTimeField(null=True)
    clause = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="alert_once_a_source"),
            models.CheckConstraint(
                condition=Q(state="FIRING", over_at=None)
                | Q(state="RESOLVED", over_at__isnull=False),
                name="alert_over_exactly_when_resolved",
            ),
            models.CheckConstraint(
                condition=Q(handling="TICKET", ticket__isnull=False)
                | Q(
                    handling__in=[
                        *("PENDING", "UNMATCHED", "STAFF_ONLY", "SILENCED", "OVER", "FAILED")
                    ],
                    ticket=None,
                ),
                name="alert_ticket_exactly_when_on_one",
            ),
            models.CheckConstraint(
                condition=~Q(handling="SILENCED") | Q(look_again_at__isnull=False),
                name="alert_silenced_until_somebody_looks",
            ),
        ]
        indexes = [
            # What the sweep reads: next to nothing among very many.
            models.Index(fields=["source", "id"], condition=Q(is_due=True), name="alert_due"),
            models.Index(
                fields=["look_again_at"], condition=Q(handling="SILENCED"), name="alert_silenced"
            ),
            models.Index(fields=["handling", "state", "-id"], name="alert_by_handling"),
            models.Index(fields=["state", "-id"], name="alert_by_state"),
        ]

    def __str__(self) -> str:
        return self.title
