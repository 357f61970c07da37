"""How accounts came to stand as they do: evidence, proposals, exemptions, notices."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account, PolicyVersion, Standing

State = Standing.State
SUSPENDED = [State.SUPPORT_SUSPENDED, State.DASHBOARD_SUSPENDED]


class StandingReview(models.Model):
    """Why the machine changed an account's standing, or proposed to. The database keeps it.

    ``documents`` are those that counted, oldest first, at most a hundred: {item, name, due_on,
    days, open, disputed, overdue}. ``explanation`` is a list of {"clause", "text", "figures"}.
    ``on`` is the date in the policy's zone; ``version`` None: no policy governs the account.

    Clause: S-12, R-4, R-5.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="standing_reviews")
    version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    clause = models.CharField(max_length=40, blank=True)
    from_state = models.CharField(max_length=20, choices=State.choices)
    to_state = models.CharField(max_length=20, choices=State.choices)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose act led to it, such as who recorded the payment.",
    )
    is_proposal = models.BooleanField(default=False, help_text="Proposed, and not done by itself.")
    currency = models.CharField(max_length=3, blank=True)
    oldest_due_on = models.DateField(null=True)
    days = models.PositiveIntegerField(default=0, help_text="Days overdue of the oldest document.")
    overdue_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    clears_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    documents_count = models.PositiveIntegerField(default=0)
    documents = models.JSONField(default=list)
    explanation = models.JSONField(default=list)
    exemption = models.ForeignKey(
        "billing.Exemption", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "change of standing"
        verbose_name_plural = "changes of standing"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["account", "-at"], name="standingreview_of_account")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")), name="standingreview_of_a_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_from_state_display()} to {self.get_to_state_display()}"


class StandingProposal(models.Model):
    """A suspension that the policy leaves to finance: to confirm, or to dismiss with a reason.

    ``since_on`` is the first day of the spell in which something has been overdue without a break:
    what was dismissed is not proposed again in the same spell.

    Clause: S-12, R-12.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        CONFIRMED = "CONFIRMED", "Confirmed"
        DISMISSED = "DISMISSED", "Dismissed"
        LAPSED = "LAPSED", "Lapsed"

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="standing_proposals"
    )
    review = models.OneToOneField(StandingReview, on_delete=models.PROTECT, related_name="proposal")
    state = models.CharField(max_length=20, choices=State.choices)
    since_on = models.DateField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=250, blank=True)

    class Meta:
        verbose_name = "proposed suspension"
        verbose_name_plural = "proposed suspensions"
        ordering = ["-pk"]
        permissions = [("decide_standingproposal", "Can confirm or dismiss a proposed suspension")]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(status="OPEN"), name="standingproposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", decided_at__isnull=True)
                | Q(status__in=["CONFIRMED", "DISMISSED", "LAPSED"], decided_at__isnull=False),
                name="standingproposal_decided_exactly_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(status="DISMISSED") | ~Q(reason=""),
                name="standingproposal_dismissed_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_state_display()}"


class Exemption(models.Model):
    """An account is spared until a day: exempted, or because it promised to pay.

    Both days are included, in the policy's zone. While an exemption is in force nothing is
    suspended; while a promise is, nothing more. The day after, the ladder has its word again; a
    promise is then KEPT or BROKEN: by what was paid in its time where it names an amount, else by
    whether anything is overdue.

    Clause: S-12, R-12.
    """

    class Kind(models.TextChoices):
        EXEMPTION = "EXEMPTION", "Exemption"
        PROMISE = "PROMISE", "Promise to pay"

    class Status(models.TextChoices):
        IN_FORCE = "IN_FORCE", "In force"
        ENDED = "ENDED", "Ended"
        KEPT = "KEPT", "Kept"
        BROKEN = "BROKEN", "Broken"
        REVOKED = "REVOKED", "Revoked"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="exemptions")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    until_on = models.DateField(help_text="The last day on which it holds.")
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="What was promised."
    )
    reason = models.CharField(max_length=250)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.IN_FORCE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_why = models.CharField(max_length=250, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(status="IN_FORCE"), name="exemption_one_in_force"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_for_a_reason"),
            models.CheckConstraint(
                condition=Q(status="IN_FORCE", ended_at__isnull=True)
                | Q(
                    status__in=["ENDED", "KEPT", "BROKEN", "REVOKED"],
                    ended_at__isnull=False,
                ),
                name="exemption_ended_exactly_when_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.account} until {self.until_on}"


class StandingNotice(models.Model):
    """What an account's client was told: a step ahead, or a change. The database keeps it.

    A WARNING is written once for each rung, oldest due date, day of the step and days before.
    ``messages`` are the keys of the outbox's messages, whose state is the proof of sending.

    Clause: S-12.
    """

    class Kind(models.TextChoices):
        WARNING = "WARNING", "A step ahead"
        CHANGE = "CHANGE", "A change"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="standing_notices")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices)
    oldest_due_on = models.DateField(null=True)
    days_before = models.PositiveSmallIntegerField(default=0)
    acts_on = models.DateField(help_text="The day of the step or the change.")
    review = models.ForeignKey(
        StandingReview, null=True, on_delete=models.PROTECT, related_name="notices"
    )
    at = models.DateTimeField()
    recipients = models.JSONField(default=list)
    messages = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "state", "oldest_due_on", "days_before", "acts_on"],
                condition=Q(kind="WARNING"),
                name="standingnotice_warned_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["acts_on"], condition=Q(kind="WARNING"), name="standingnotice_ahead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
