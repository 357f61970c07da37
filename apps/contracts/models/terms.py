"""The terms of a policy version. Every row cites the clause that it rests on."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from apps.contracts.models.calendars import Calendar
from apps.contracts.models.policies import Clause, PolicyVersion


class Term(models.Model):
    """What all terms have: a version, a clause and, where the text leaves room, our reading."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="%(class)ss")
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="+")
    reading = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="+", null=True)

    class Meta:
        abstract = True


class Severity(Term):
    """How bad it is. ``rank`` 1 is the worst; an incident counts as one under the policy."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="severities")
    key = models.SlugField(max_length=40)
    rank = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=40)
    criteria = models.TextField()
    examples = models.JSONField(default=list, help_text="A list of short sentences.")
    is_incident = models.BooleanField()
    is_default = models.BooleanField(help_text="What a request gets until somebody has looked.")

    class Meta:
        verbose_name_plural = "severities"
        ordering = ["version", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="severity_key"),
            models.UniqueConstraint(fields=["version", "rank"], name="severity_rank"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_default=True), name="severity_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Plan(Term):
    """A service plan: what an order buys."""

    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=80)
    tam_minutes_per_month = models.PositiveIntegerField(default=0)
    features = models.JSONField(default=dict, help_text="Feature key to what is promised.")

    class Meta:
        ordering = ["version", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="plan_key")]

    def __str__(self) -> str:
        return self.title


class Target(Term):
    """A promise in time: under these conditions, so much service time of this calendar.

    A target without a duration is a best effort: it is owed, but no deadline is invented.
    """

    class Kind(models.TextChoices):
        RESPONSE = "RESPONSE", "Response"
        RESOLUTION = "RESOLUTION", "Resolution"

    class Arrival(models.TextChoices):
        ANY = "", "At any time"
        INSIDE = "INSIDE", "Inside standard hours"
        OUTSIDE = "OUTSIDE", "Outside standard hours"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    severity = models.ForeignKey(Severity, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    channel = models.CharField(max_length=12, blank=True, help_text="Empty: any channel.")
    arrival = models.CharField(max_length=8, blank=True, choices=Arrival.choices)
    duration = models.DurationField(null=True)
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ["version", "plan", "severity", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "severity", "kind", "channel", "arrival"], name="target_once"
            ),
            models.CheckConstraint(
                condition=Q(duration__isnull=True, calendar__isnull=True)
                | Q(duration__gt=timedelta(0), calendar__isnull=False),
                name="target_is_time_in_a_calendar_or_best_effort",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["RESPONSE", "RESOLUTION"])
                & Q(arrival__in=["", "INSIDE", "OUTSIDE"]),
                name="target_kind_and_arrival_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.plan}, {self.severity}"


class Fee(Term):
    """What something costs: a kind, and the terms that this kind has."""

    key = models.SlugField(max_length=40)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    terms = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="fee_key")]

    def __str__(self) -> str:
        return self.title


class Rule(Term):
    """A named rule of the policy and its settings, such as how long a closure waits for a yes."""

    key = models.SlugField(max_length=40)
    terms = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="rule_key")]

    def __str__(self) -> str:
        return self.key.replace("_", " ")


class Reason(Term):
    """An entry of one of the policy's lists: why a ticket closes, why a severity changes, …"""

    class Kind(models.TextChoices):
        CLOSING = "CLOSING", "Closing reason"
        SEVERITY_CHANGE = "SEVERITY_CHANGE", "Reason to change severity"
        EXCLUSION = "EXCLUSION", "Exclusion"
        COVERED_WORK = "COVERED_WORK", "Covered work"
        ESCALATION_GROUND = "ESCALATION_GROUND", "Ground to escalate"
        CATEGORY = "CATEGORY", "Ticket category"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=160)
    position = models.PositiveSmallIntegerField()
    terms = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "key"], name="reason_key"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "CLOSING",
                        "SEVERITY_CHANGE",
                        "EXCLUSION",
                        "COVERED_WORK",
                        "ESCALATION_GROUND",
                        "CATEGORY",
                    ]
                ),
                name="reason_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.label
