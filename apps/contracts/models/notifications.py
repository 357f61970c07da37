"""What mails people do not want: of those that they are not owed."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords


class OptOut(models.Model):
    """A kind of mail that a person does not want any more, at whichever account; no row: they do.

    What the contract owes a person is sent all the same, and so it is none of these kinds.
    """

    class Kind(models.TextChoices):
        COPIES = "COPIES", "Copies of answers on tickets of colleagues"
        COLLEAGUES = "COLLEAGUES", "Escalations and disputes by colleagues on their tickets"
        OUTAGES = "OUTAGES", "Reasons for Outage on tickets of colleagues"
        REPORTS = "REPORTS", "Reports on the open tickets of an order"
        TAM_HOURS = "TAM_HOURS", "That the TAM's hours of a month are used up"
        RECEIPTS = "RECEIPTS", "That a request, an appointment or a dispute was taken down"
        RELEASES = "RELEASES", "New versions, which cost nothing"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="opt_outs"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    since_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["user", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="optout_once_a_kind"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        *("COPIES", "COLLEAGUES", "OUTAGES", "REPORTS", "TAM_HOURS", "RECEIPTS"),
                        "RELEASES",
                    ]
                ),
                name="optout_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: no {self.get_kind_display()}"
