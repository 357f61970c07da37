"""Changes of the platform's APIs, and what each means for a client: GAP analyses."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import AuthorisedUser, Order
from apps.contracts.models.names import validate_name
from apps.tickets.models import TimeEntry


class PlatformChange(models.Model):
    """A new version of an API that breaks something, from a day on.

    It is written as a draft. Published, it is fixed, and each order that is entitled has an
    analysis. ``edition`` counts its changes, so that of two people who change it at once the
    second is told.

    Clause: V-2-gap.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        PUBLISHED = "PUBLISHED", "Published"

    api = models.CharField("API", max_length=120, validators=[validate_name])
    version = models.CharField(max_length=60, validators=[validate_name])
    takes_effect_on = models.DateField(help_text="The first day on which the old way fails.")
    summary = models.TextField(help_text="What changes, as the clients read it.")
    link = models.URLField(max_length=500, blank=True, help_text="Where the API's notes are.")
    due_on = models.DateField(help_text="The last day on which an analysis is in time.")
    remind_days = models.PositiveSmallIntegerField(
        default=7, help_text="Days before the due day on which the TAM is reminded."
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords(excluded_fields=["edition"])

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["api", "version"], name="platformchange_once"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", published_at=None, published_by=None)
                | Q(state="PUBLISHED", published_at__isnull=False, published_by__isnull=False),
                name="platformchange_published_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(due_on__lte=models.F("takes_effect_on")),
                name="platformchange_analysed_before_it_takes_effect",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.api} {self.version}"


class ChangedItem(models.Model):
    """One thing that a change breaks. Each analysis says of each whether it hits the client."""

    change = models.ForeignKey(PlatformChange, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=250, help_text="What breaks.")
    details = models.TextField(blank=True, help_text="How it was, and how it will be.")

    class Meta:
        ordering = ["change", "position"]
        constraints = [
            models.UniqueConstraint(fields=["change", "position"], name="changeditem_position"),
        ]

    def __str__(self) -> str:
        return self.title


class GapAnalysisQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those that somebody works on, or has to."""
        return self.filter(state__in=GapAnalysis.OPEN)

    def owed(self) -> Self:
        """Those of them that the client was not sent in any version yet."""
        return self.open().filter(first_sent_at=None)

    def overdue(self, *, at: datetime) -> Self:
        """Those that are owed, and whose due day is over."""
        return self.owed().filter(due_at__lte=at)

    def to_remind(self, *, at: datetime) -> Self:
        """Those of which somebody is to be told at that instant."""
        return self.owed().filter(next_at__lte=at)


class GapAnalysis(models.Model):
    """What a change means for one order: findings, a plan, and what became of it.

    What is here is in work; what the client was sent is a GapVersion, and stays. ``due_at`` is the
    instant at which ``due_on`` is over in the order's zone; ``next_at`` is when the TAM is told
    next, and empty once there is nothing left to tell.

    Clause: V-2-gap, V-6.1.
    """

    class State(models.TextChoices):
        TO_DO = "TO_DO", "To do"
        IN_WORK = "IN_WORK", "In work"
        READY = "READY", "Ready to send"
        SENT = "SENT", "Sent"
        ACKNOWLEDGED = "ACKNOWLEDGED", "Acknowledged"
        NOT_NEEDED = "NOT_NEEDED", "Not needed"

    OPEN = (State.TO_DO, State.IN_WORK, State.READY)

    change = models.ForeignKey(PlatformChange, on_delete=models.PROTECT, related_name="analyses")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="gap_analyses")
    why = models.CharField(max_length=250, help_text="Why the order is entitled.")
    clause = models.CharField(max_length=40, help_text="What that rests on.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.TO_DO)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    plan = models.TextField(blank=True, help_text="What is done, by whom, until when.")
    not_needed = models.TextField(blank=True, help_text="Why the client needs none.")
    edition = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    first_sent_at = models.DateTimeField(null=True, help_text="From then on nothing is late.")

    history = HistoricalRecords(excluded_fields=["edition", "due_at", "next_at"])
    objects = GapAnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = "GAP analysis"
        verbose_name_plural = "GAP analyses"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["change", "order"], name="gapanalysis_one_an_order"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["TO_DO", "IN_WORK", "READY", "SENT", "ACKNOWLEDGED"], not_needed=""
                )
                | (Q(state="NOT_NEEDED") & ~Q(not_needed="")),
                name="gapanalysis_not_needed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["SENT", "ACKNOWLEDGED"]) | Q(first_sent_at__isnull=False),
                name="gapanalysis_sent_has_an_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["TO_DO", "IN_WORK", "READY"], first_sent_at=None),
                name="gapanalysis_owed",
            ),
            models.Index(
                fields=["next_at"],
                condition=Q(
                    next_at__isnull=False,
                    state__in=["TO_DO", "IN_WORK", "READY"],
                    first_sent_at=None,
                ),
                name="gapanalysis_to_remind",
            ),
            models.Index(fields=["order", "-id"], name="gapanalysis_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.change}"

    @property
    def number(self) -> str:
        """How people call it."""
        return f"GAP-{self.pk:05d}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_overdue(self, *, at: datetime) -> bool:
        """Tell whether it is owed, and its due day is over."""
        return self.is_open and self.first_sent_at is None and self.due_at <= at


class GapFinding(models.Model):
    """What one thing that breaks means for the client. ``is_affected`` None: not looked at yet."""

    analysis = models.ForeignKey(GapAnalysis, on_delete=models.CASCADE, related_name="findings")
    item = models.ForeignKey(ChangedItem, on_delete=models.PROTECT, related_name="findings")
    is_affected = models.BooleanField(null=True)
    to_do = models.TextField(blank=True, help_text="What the client, or we, have to do.")

    class Meta:
        ordering = ["analysis", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "item"], name="gapfinding_one_an_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.is_affected}"


class GapVersion(models.Model):
    """An analysis as the client was sent it. The database refuses to change or remove it.

    ``said`` holds the words of the document: ``findings`` as {title, details, is_affected, to_do},
    ``plan``, and ``tam``, in whose name it went out.

    Clause: V-2-gap.
    """

    analysis = models.ForeignKey(GapAnalysis, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    said = models.JSONField()
    what_changed = models.CharField(
        max_length=250, blank=True, help_text="Why it was sent again; empty on the first."
    )
    content = models.BinaryField(help_text="The PDF.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the PDF, in hexadecimal.")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["analysis", "number"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "number"], name="gapversion_numbered_once"),
            models.CheckConstraint(
                condition=Q(number=1, what_changed="") | (Q(number__gt=1) & ~Q(what_changed="")),
                name="gapversion_says_why_it_was_sent_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.analysis.number}, version {self.number}"


class GapAcknowledgement(models.Model):
    """Who of the client said that they have read a version. The database keeps it as it is.

    Clause: V-2-gap, V-3.5.
    """

    class Way(models.TextChoices):
        PORTAL = "PORTAL", "In the portal"
        LINK = "LINK", "By the link of a mail"

    version = models.OneToOneField(
        GapVersion, on_delete=models.PROTECT, related_name="acknowledgement"
    )
    person = models.ForeignKey(AuthorisedUser, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text="What the person was called then.")
    way = models.CharField(max_length=6, choices=Way.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["PORTAL", "LINK"]), name="gapacknowledgement_way_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.version}"


class GapTime(models.Model):
    """Of which analysis an entry of TAM time is. The entry itself counts, once, like any other.

    Clause: V-2-gap, V-6.3.
    """

    entry = models.OneToOneField(TimeEntry, on_delete=models.CASCADE, related_name="gap_time")
    analysis = models.ForeignKey(GapAnalysis, on_delete=models.PROTECT, related_name="time")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry}, {self.analysis.number}"
