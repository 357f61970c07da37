"""Targets that an order sets instead of its plan's."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models.calendars import Calendar
from apps.contracts.models.orders import Order
from apps.contracts.models.terms import Severity, Target


class AgreedTarget(models.Model):
    """A promise in time that the order sets, whatever its plan says for that severity.

    It replaces all of the plan's targets of its kind and severity, on whatever condition.

    Clause: V-2-order, V-5.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="agreed_targets")
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Target.Kind.choices)
    duration = models.DurationField()
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "severity__rank", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["order", "severity", "kind"], name="agreedtarget_once"),
            models.CheckConstraint(
                condition=Q(duration__gt=timedelta(0)), name="agreedtarget_takes_time"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["RESPONSE", "RESOLUTION"]), name="agreedtarget_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.severity}"
