"""Monitoring systems that post alerts: who they are, what labels mean, and what was posted."""

from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account, AuthorisedUser, Service
from apps.contracts.models.names import validate_name
from apps.intake.rules.alerts import LONGEST_NAME, LONGEST_VALUE

LONGEST_OBJECT = 120  # characters, as maintenance names objects
DAY = 24 * 60  # minutes


class MonitoringSource(models.Model):
    """A monitoring system. Its alerts are known by its name and their fingerprint.

    ``group_minutes``: alerts of one client and service that come within so many minutes of the one
    before go on the same ticket, while it is open.

    Clause: V-2-monitoring.
    """

    class Format(models.TextChoices):
        ALERTMANAGER = "ALERTMANAGER", "Alertmanager, version 4"
        GENERIC = "GENERIC", "Plain JSON"

    name = models.CharField(max_length=80, unique=True, validators=[validate_name])
    key = models.SlugField(
        max_length=40, unique=True, help_text="Ends the address that it posts to."
    )
    format = models.CharField(max_length=12, choices=Format.choices, default=Format.ALERTMANAGER)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="writes as",
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"is_staff": True},
        help_text="Whose name the tickets and notes bear that it causes.",
    )
    severity_label = models.CharField(
        max_length=LONGEST_NAME,
        blank=True,
        default="severity",
        help_text="Whose values the rows below turn into the policies' severities.",
    )
    group_minutes = models.PositiveIntegerField(
        "group alerts within",
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(DAY)],
        help_text="Minutes. Alerts of a client's service that follow each other go on one ticket.",
    )
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away, and nothing of it is taken."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=["ALERTMANAGER", "GENERIC"]),
                name="monitoringsource_format_known",
            ),
            models.CheckConstraint(
                condition=Q(group_minutes__gte=1, group_minutes__lte=DAY),
                name="monitoringsource_groups_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alertmanager(self) -> bool:
        """Whether it posts as Alertmanager does."""
        return self.format == self.Format.ALERTMANAGER


class MonitoringSecret(models.Model):
    """What a source shows with each post, kept as a digest alone. Two hold while one is changed."""

    source = models.ForeignKey(MonitoringSource, on_delete=models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="monitoringsecret_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"


class MonitoringSeverity(models.Model):
    """What a value of the source's severity label means in the policies' words."""

    source = models.ForeignKey(
        MonitoringSource, on_delete=models.CASCADE, related_name="severities"
    )
    value = models.CharField(max_length=LONGEST_VALUE, help_text="Such as critical.")
    severity_key = models.SlugField(
        max_length=40,
        help_text="Key of a severity in a policy. A policy that has none of them uses its default.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["source", "value", "severity_key"]
        verbose_name = "severity of alerts"
        verbose_name_plural = "severities of alerts"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "value", "severity_key"], name="monitoringseverity_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value}: {self.severity_key}"


class MonitoringMapping(models.Model):
    """What a label's value stands for: an account, a service, an object, or several of them.

    An alert takes the account, the service and the object from the rows that its labels fit; of
    two rows that name one, the source's own counts before one for all, then the older.

    Clause: V-2-monitoring.
    """

    source = models.ForeignKey(
        MonitoringSource,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="mappings",
        help_text="Empty: of every source.",
    )
    label = models.CharField(max_length=LONGEST_NAME, help_text="Such as customer.")
    value = models.CharField(max_length=LONGEST_VALUE, help_text="Exactly as it is sent.")
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requester = models.ForeignKey(
        AuthorisedUser,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="For whom tickets are opened. Empty: the first who may open tickets under the"
        " account's oldest order with proactive monitoring.",
    )
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    object_name = models.CharField(
        "object",
        max_length=LONGEST_OBJECT,
        blank=True,
        help_text="As maintenance names it, such as a trunk.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["label", "value", "pk"]
        verbose_name = "meaning of a label"
        verbose_name_plural = "meanings of labels"
        constraints = [
            models.UniqueConstraint(
                fields=["label", "value", "source"],
                name="monitoringmapping_once_a_source",
                violation_error_message="This value of the label has a row already.",
            ),
            models.UniqueConstraint(
                fields=["label", "value"],
                condition=Q(source=None),
                name="monitoringmapping_once_for_all",
                violation_error_message="This value of the label has a row for every source.",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(service__isnull=False) | ~Q(object_name=""),
                name="monitoringmapping_names_something",
                violation_error_message="Name an account, a service or an object.",
            ),
            models.CheckConstraint(
                condition=Q(requester=None) | Q(account__isnull=False),
                name="monitoringmapping_requester_of_an_account",
                violation_error_message="Name the account of the person too.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}={self.value}"

    def clean(self) -> None:
        """Refuse a person of another account."""
        if self.requester and self.account and self.requester.order.account_id != self.account.pk:
            raise ValidationError({"requester": f"This person is not of {self.account}."})


class MonitoringPostQuerySet(models.QuerySet):
    def unread(self) -> Self:
        """Posts that are still to be read."""
        return self.filter(state=MonitoringPost.State.RECEIVED)


class MonitoringPost(models.Model):
    """A post as it came, and what became of it. Of what cannot be taken only the head is kept.

    Clause: V-2-monitoring.
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", "To be read"
        READ = "READ", "Read"
        UNREADABLE = "UNREADABLE", "Could not be read"
        TOO_BIG = "TOO_BIG", "Too big"
        FAILED = "FAILED", "Our fault: to be looked at"

    source = models.ForeignKey(MonitoringSource, on_delete=models.PROTECT, related_name="posts")
    received_at = models.DateTimeField()
    raw = models.BinaryField()
    is_cut = models.BooleanField(default=False, help_text="Only its head is kept.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    alerts = models.PositiveIntegerField(default=0, help_text="How many were read.")
    faults = models.JSONField(default=list, help_text="What could not be read, in words.")

    objects = MonitoringPostQuerySet.as_manager()

    class Meta:
        verbose_name = "post of a monitoring system"
        verbose_name_plural = "posts of monitoring systems"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["RECEIVED", "READ", "UNREADABLE", "TOO_BIG", "FAILED"]),
                name="monitoringpost_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state="RECEIVED"), name="monitoringpost_unread"
            ),
            models.Index(fields=["received_at"], name="monitoringpost_received"),
        ]

    def __str__(self) -> str:
        return f"Post {self.pk} of {self.source}"
