"""A signed policy, its dated versions and its clauses."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models.users import validate_zone


class Policy(models.Model):
    """A provider's support policy, of which there are versions over time.

    It is called what its newest published version calls it; each version keeps its own name.
    """

    slug = models.SlugField(max_length=80, unique=True)
    provider = models.CharField(max_length=120)
    title = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class PolicyVersion(models.Model):
    """The policy as it was signed. Once published, the database refuses any change to its terms."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        PUBLISHED = "PUBLISHED", "Published"

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    provider = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    dated_on = models.DateField(help_text="The date that the policy itself bears.")
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=12, help_text="Language of service, as a language tag.")
    support_address = models.EmailField()
    standard_calendar = models.CharField(
        max_length=40, help_text="Key of the calendar that says what is inside or outside hours."
    )
    warn_at_percent = models.PositiveSmallIntegerField(
        help_text="Share of a deadline's time after which its people are warned."
    )
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the terms, whatever their layout."
    )
    source = models.TextField(help_text="The file as it was loaded.")
    loaded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["policy__slug", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policyversion_number"),
            models.CheckConstraint(
                condition=Q(warn_at_percent__gte=1, warn_at_percent__lte=99),
                name="policyversion_warns_before_the_end",
            ),
            models.UniqueConstraint(fields=["policy", "digest"], name="policyversion_loaded_once"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", published_at__isnull=True)
                | Q(state="PUBLISHED", published_at__isnull=False),
                name="policyversion_dated_exactly_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Clause(models.Model):
    """A clause of the policy, or a reading of one, in our own words."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="clauses")
    ref = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    summary = models.TextField()
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "ref"], name="clause_ref"),
            models.UniqueConstraint(fields=["version", "position"], name="clause_position"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"
