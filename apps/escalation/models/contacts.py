"""How staff are reached besides their mail address, and by what their calendar is read."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models.names import validate_name

LONGEST_ADDRESS = 1000


class StaffContact(models.Model):
    """A service by which somebody is paged, as an apprise address. Its address is a secret.

    The mail address of a person needs no row: pages go there always. The history keeps who changed
    what, but no address.

    Clause: S-2.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="person",
        on_delete=models.CASCADE,
        related_name="contacts",
    )
    label = models.CharField(
        max_length=60,
        validators=[validate_name],
        help_text="What you call it, such as “Telegram on my phone”.",
    )
    address = models.CharField(
        max_length=LONGEST_ADDRESS,
        validators=[RegexValidator(r"^[a-zA-Z0-9]+://\S+$", "Write it as service://….")],
    )
    is_active = models.BooleanField(default=True)
    takes_notices = models.BooleanField(
        default=False, help_text="Notices go there too, besides pages; never only there."
    )

    history = HistoricalRecords(excluded_fields=["address"])

    class Meta:
        verbose_name = "contact"
        ordering = ["user", "label"]
        constraints = [
            models.UniqueConstraint(fields=["user", "label"], name="contact_one_of_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.user}"


class CalendarAddressQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Addresses that still work."""
        return self.filter(revoked_at=None)


class CalendarAddress(models.Model):
    """The secret address of somebody's on-call calendar. Only its digest is kept.

    Clause: S-2.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_addresses"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = CalendarAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_one_address_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user}"
