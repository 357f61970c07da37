"""Who is on call, as rows: rotations, what was agreed otherwise, ladders, and hours with nobody."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Policy
from apps.contracts.models.names import validate_name
from apps.contracts.models.users import validate_zone

LONGEST_TURN = 60  # days
MOST_DAYS_AHEAD = 60
LONGEST_WAIT = 24 * 60  # minutes
MOST_ROUNDS = 5


class Rotation(models.Model):
    """People who take turns at being on call, by a wall clock.

    Clause: S-2, S-3.
    """

    title = models.CharField(max_length=120, unique=True, validators=[validate_name])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    starts_on = models.DateField("first turn begins on")
    hands_over_at = models.TimeField("hands over at", help_text="On that zone's wall clock.")
    days = models.PositiveSmallIntegerField(
        "days of a turn",
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TURN)],
    )
    opens = models.TimeField(
        "from", null=True, blank=True, help_text="Somebody is on call from this hour of each day."
    )
    closes = models.TimeField(
        "until", null=True, blank=True, help_text="May be on the next day. Both empty: all day."
    )
    warn_days = models.PositiveSmallIntegerField(
        "days ahead",
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS_AHEAD)],
        help_text="So many days ahead an hour that nobody has is told.",
    )
    is_active = models.BooleanField(
        default=True, help_text="Take the tick away instead of deleting: pages name it."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__isnull=False),
                name="rotation_has_both_hours_or_none",
            ),
            models.CheckConstraint(condition=Q(days__gt=0), name="rotation_turn_takes_a_day"),
        ]

    def __str__(self) -> str:
        return self.title


class RotationMember(models.Model):
    """Somebody's place in a rotation."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="members")
    position = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1, "The first place is 1.")], help_text="1 has it first."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="person",
        on_delete=models.PROTECT,
        related_name="rotations",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "member"
        ordering = ["rotation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rotation", "position"], name="rotation_one_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.user}"


class OverrideQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """What was agreed and not taken back, in the order in which it was made."""
        return self.filter(cancelled_at=None).order_by("pk")


class RotationOverride(models.Model):
    """For a while somebody else has it, or nobody; half of a swap has the other half's key.

    It is written once. Taken back, it stays with who did that, and when.

    Clause: S-2.
    """

    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, related_name="overrides")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="who has it",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("until")
    reason = models.CharField(max_length=200, blank=True)
    swap = models.UUIDField(null=True, blank=True, help_text="What the halves of a swap share.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = "override"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="override_taken_back_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rotation", "ends_at"],
                condition=Q(cancelled_at__isnull=True),
                name="override_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user or 'Nobody'}, {self.rotation}"


class PageLadder(models.Model):
    """Who is paged, one after the other, until somebody has it in hand.

    The ladder of a policy is for its clients; the default one for all others.

    Clause: S-2, S-3.
    """

    title = models.CharField(max_length=120, unique=True, validators=[validate_name])
    policy = models.OneToOneField(
        Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="page_ladder"
    )
    is_default = models.BooleanField(
        "for all others", default=False, help_text="Where no ladder is for the caller's policy."
    )
    rounds = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ROUNDS)],
        help_text="So often it is gone through before the duty managers hear that nobody answers.",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "ladder"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="ladder_one_default"
            ),
            models.CheckConstraint(condition=Q(rounds__gt=0), name="ladder_is_gone_through_once"),
        ]

    def __str__(self) -> str:
        return self.title


class LadderRung(models.Model):
    """A rung: whoever is on call in a rotation, or one person, and how long they have."""

    ladder = models.ForeignKey(PageLadder, on_delete=models.CASCADE, related_name="rungs")
    position = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1, "The first rung is 1.")], help_text="1 is paged first."
    )
    rotation = models.ForeignKey(
        Rotation, null=True, blank=True, on_delete=models.PROTECT, related_name="rungs"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="or person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="page_rungs",
    )
    wait_minutes = models.PositiveSmallIntegerField(
        "minutes to answer",
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAIT)],
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "rung"
        ordering = ["ladder", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "position"], name="ladder_one_a_rung"),
            models.CheckConstraint(
                condition=Q(rotation__isnull=False, user=None)
                | Q(rotation=None, user__isnull=False),
                name="rung_is_a_rotation_or_a_person",
                violation_error_message="Choose a rotation or a person: one of the two.",
            ),
            models.CheckConstraint(condition=Q(wait_minutes__gt=0), name="rung_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.rotation or self.user}"


class CoverageGap(models.Model):
    """A while that nobody has in a rotation, found ahead and told once.

    It is over when somebody took it (filled) or when it went by (nobody had it).

    Clause: S-2, S-3.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "Nobody has it"
        FILLED = "FILLED", "Somebody has it"
        PASSED = "PASSED", "Nobody had it"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="gaps")
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("until")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rotation", "starts_at"],
                condition=Q(state="OPEN"),
                name="gap_found_once",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at=None)
                | Q(state__in=["FILLED", "PASSED"], closed_at__isnull=False),
                name="gap_closed_as_its_state_says",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at"], condition=Q(state="OPEN"), name="gap_open"),
        ]

    def __str__(self) -> str:
        return f"{self.rotation}: nobody"
