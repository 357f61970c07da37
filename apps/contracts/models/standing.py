"""An account's standing: whether its support or its dashboard is suspended, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop
from simple_history.models import HistoricalRecords

from apps.contracts.models.accounts import Account


class Standing(models.Model):
    """The standing of an account; an account without a row is in good standing.

    Each suspension includes the one before it. What somebody set by hand (``held_by``) only a
    person lifts.

    Clause: S-12.
    """

    class State(models.TextChoices):
        GOOD = "GOOD", gettext_noop("Good")
        SUPPORT_SUSPENDED = "SUPPORT_SUSPENDED", gettext_noop("Support suspended")
        DASHBOARD_SUSPENDED = "DASHBOARD_SUSPENDED", gettext_noop("Support and dashboard suspended")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="standing")
    state = models.CharField(max_length=20, choices=State.choices, default=State.GOOD)
    since_at = models.DateTimeField()
    clause = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=250)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["GOOD", "SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"]),
                name="standing_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_state_display()}"
