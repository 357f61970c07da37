"""Releases: new versions that cost nothing, what they bring and what they fix."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account, Service
from apps.contracts.models.names import validate_name
from apps.tickets.models import Ticket, VendorCase


class Release(models.Model):
    """A new version of the platform. Announced, it is fixed: what was told stays as it was told.

    Without services it is for every order. ``edition`` counts its changes, so that of two people
    who change it at once the second is told.

    Clause: S-10.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        ANNOUNCED = "ANNOUNCED", "Announced"

    product = models.CharField(max_length=120, validators=[validate_name])
    version = models.CharField(max_length=60, validators=[validate_name])
    released_on = models.DateField(help_text="The day from which clients have it.")
    news = models.TextField(help_text="What is new, as the clients read it.")
    link = models.URLField(max_length=500, blank=True, help_text="Where its notes are.")
    services = models.ManyToManyField(
        Service, blank=True, related_name="+", help_text="None ticked: it is for every order."
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    announced_at = models.DateTimeField(null=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords(excluded_fields=["edition"])

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "version"], name="release_once"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", announced_at=None, announced_by=None)
                | Q(state="ANNOUNCED", announced_at__isnull=False, announced_by__isnull=False),
                name="release_announced_as_its_state_says",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.version}"

    @property
    def latest(self) -> "ReleaseAmendment | None":
        """What was told of it last, after its announcement; None: nothing."""
        return max(self.amendments.all(), key=lambda row: row.number, default=None)

    @property
    def reads(self) -> "Release | ReleaseAmendment":
        """Whose day, news and link hold now."""
        return self.latest or self

    @property
    def tellings(self) -> int:
        """How often it was told: once when it was announced, and once by each amendment."""
        last = self.latest
        return last.number if last else 1

    @property
    def is_withdrawn(self) -> bool:
        last = self.latest
        return last is not None and last.kind == ReleaseAmendment.Kind.WITHDRAWN


class ReleaseAmendment(models.Model):
    """What was told of a release after its announcement: that it reads otherwise, or is withdrawn.

    ``released_on``, ``news`` and ``link`` are as they hold from then on. The announcement was the
    first telling, so ``number`` begins at 2. The database refuses to change or remove a row.

    Clause: S-10.
    """

    class Kind(models.TextChoices):
        CORRECTED = "CORRECTED", "Corrected"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices)
    why = models.TextField(help_text="As the clients read it.")
    released_on = models.DateField()
    news = models.TextField()
    link = models.URLField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["release", "number"]
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="releaseamendment_number"),
            models.UniqueConstraint(
                fields=["release"],
                condition=Q(kind="WITHDRAWN"),
                name="releaseamendment_withdrawn_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["CORRECTED", "WITHDRAWN"]) & Q(number__gte=2),
                name="releaseamendment_follows_the_announcement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release}, {self.get_kind_display().lower()}"


class ReleaseFix(models.Model):
    """One thing that a release fixes; ``ticket`` and ``case`` are who reported it, if they did.

    Clients read ``text`` only: whose ticket it was is nobody else's business.

    Clause: S-10, V-8.3.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="fixes")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=250)
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.PROTECT, related_name="release_fixes"
    )
    case = models.ForeignKey(
        VendorCase, null=True, on_delete=models.PROTECT, related_name="release_fixes"
    )

    class Meta:
        ordering = ["release", "position"]
        constraints = [
            models.UniqueConstraint(fields=["release", "position"], name="releasefix_position"),
            models.CheckConstraint(
                condition=Q(case=None) | Q(ticket__isnull=False),
                name="releasefix_case_comes_with_its_ticket",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ReleaseNotice(models.Model):
    """That an account was told of a release, or of its ``amendment``.

    The database refuses to change or remove it.

    Clause: S-10.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="notices")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="release_notices")
    amendment = models.ForeignKey(
        ReleaseAmendment, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "account"],
                condition=Q(amendment=None),
                name="releasenotice_announced_once_an_account",
            ),
            models.UniqueConstraint(
                fields=["amendment", "account"], name="releasenotice_amended_once_an_account"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-told_at", "-id"], name="releasenotice_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.release}, {self.account}"

    @property
    def name(self) -> str:
        """What its page in the portal is called."""
        return f"release-{self.pk}"
