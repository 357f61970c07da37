"""A client's dispute of a severity, and the decision on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop

from apps.contracts.models import AuthorisedUser, Severity
from apps.tickets.models.tickets import Ticket


class Dispute(models.Model):
    """What a client claims of a severity, with evidence; decided once, and then final.

    The database refuses to change a decided one.

    Clause: V-7.2, V-7.3.
    """

    class Decision(models.TextChoices):
        OPEN = "OPEN", gettext_noop("To be decided")
        UPHELD = "UPHELD", gettext_noop("Upheld")
        REJECTED = "REJECTED", gettext_noop("Rejected")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="disputes")
    client = models.ForeignKey(AuthorisedUser, on_delete=models.PROTECT, related_name="disputes")
    raised_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who of ours wrote it down, where one did.",
    )
    disputed = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    wanted = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+")
    claim = models.TextField()
    evidence = models.TextField(blank=True)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    reason = models.TextField(blank=True, help_text="Why it was decided so.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Makes a repeated act one dispute."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(decision="OPEN"), name="dispute_one_open_a_ticket"
            ),
            models.CheckConstraint(
                condition=Q(decision="OPEN", decided_by=None, decided_at=None, reason="")
                | Q(
                    decision__in=["UPHELD", "REJECTED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(reason=""),
                name="dispute_decided_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(wanted=models.F("disputed")), name="dispute_wants_another_severity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number}: {self.wanted} instead of {self.disputed}"
