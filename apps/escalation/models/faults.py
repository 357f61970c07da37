"""Whose fault it was: what both sides, or one of them, found."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.contracts.models import AuthorisedUser
from apps.tickets.models import Ticket


class FaultDetermination(models.Model):
    """A finding on a ticket. The database refuses to change it: a change is a new one.

    The latest of a ticket counts. Where both sides agree, it names who spoke for the client.

    Clause: S-4.
    """

    class Finding(models.TextChoices):
        PROVIDER = "PROVIDER", "Provider at fault"
        NOT_PROVIDER = "NOT_PROVIDER", "Provider not at fault"
        UNDECIDED = "UNDECIDED", "Undecided"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="fault_findings")
    finding = models.CharField(max_length=12, choices=Finding.choices)
    is_agreed = models.BooleanField(help_text="Whether both sides say so, or only the provider.")
    ours = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who decided on the provider's side.",
    )
    theirs = models.ForeignKey(
        AuthorisedUser,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who spoke for the client.",
    )
    why = models.TextField()
    decided_at = models.DateTimeField(help_text="When it was decided.")
    recorded_at = models.DateTimeField(help_text="When it was written down.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Makes a repeated act one finding."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__in=["PROVIDER", "NOT_PROVIDER", "UNDECIDED"]),
                name="faultdetermination_finding_known",
            ),
            models.CheckConstraint(
                condition=Q(is_agreed=False) | Q(theirs__isnull=False),
                name="faultdetermination_agreed_with_somebody",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="faultdetermination_says_why"),
        ]
        indexes = [
            # The latest of a ticket, which is the one that counts.
            models.Index(fields=["ticket", "-id"], name="faultdetermination_latest"),
            models.Index(fields=["finding", "-id"], name="faultdetermination_by_finding"),
        ]

    def __str__(self) -> str:
        return f"{self.get_finding_display()}, ticket {self.ticket_id}"
