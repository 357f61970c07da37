"""Work that others do for us: third parties, and the vendor of the platform."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.tickets.models.tickets import Ticket


class VendorCase(models.Model):
    """A ticket's case with somebody else. The provider's clocks run on meanwhile.

    Clause: V-3.6, S-9.
    """

    class Party(models.TextChoices):
        THIRD_PARTY = "THIRD_PARTY", "Third party"
        VENDOR = "VENDOR", "Platform vendor"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="vendor_cases")
    party = models.CharField(max_length=12, choices=Party)
    name = models.CharField(max_length=120, help_text="Whose help it is.")
    reference = models.CharField(max_length=120, blank=True, help_text="Their number of the case.")
    service_affecting = models.BooleanField(
        help_text="Whether the client's service suffers. Where it does not, a vendor's change of"
        " code has no fixed resolution deadline."
    )
    workaround = models.TextField(blank=True, help_text="What the client can do until then.")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, help_text="What came of it.")
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Makes a repeated act one case."
    )

    history = HistoricalRecords(excluded_fields=["source_key"])

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__in=["THIRD_PARTY", "VENDOR"]), name="vendorcase_party_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="vendorcase_closed_after_it_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-opened_at"], name="vendorcase_of_party"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.reference}".strip()
