"""TAMs: who is the technical account manager of an order, from which day on."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.contracts.models.accounts import validate_plain_address
from apps.contracts.models.orders import Order


class TamAssignmentQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Assignments that were not withdrawn."""
        return self.filter(withdrawn_at=None)

    def effective(self, *, on: date) -> Self:
        """Assignments that have begun by that day: the latest of an order's is the one that holds.

        A hand-over begins only when its notice has gone out (V-6.6).
        """
        noticed = Q(needs_notice=False) | Q(noticed_at__isnull=False)
        return self.standing().filter(noticed, starts_on__lte=on)


class TamAssignment(models.Model):
    """From a day on, this person is the order's TAM; no person: nobody is.

    An assignment holds until the next one of its order begins, so there are never two at once,
    whatever is written. ``earliest_on`` is the first day that the notice allows; the database
    refuses an earlier start.

    Clause: V-6.1, V-6.2, V-6.4 (contacts), V-6.6 (notice).
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tam_assignments")
    tam = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="TAM",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tam_assignments",
    )
    starts_on = models.DateField(help_text="First day, in the order's time zone.")
    email = models.EmailField(blank=True, validators=[validate_plain_address])
    phone = models.CharField(max_length=40, blank=True)
    chat = models.CharField(
        max_length=200, blank=True, help_text="Address of the client's own chat with the TAM."
    )
    reason = models.CharField(max_length=100, blank=True)
    needs_notice = models.BooleanField(default=False)
    noticed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the first notice of it had gone out."
    )
    earliest_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()
    objects = TamAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "TAM assignment"
        ordering = ["order", "starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="tamassignment_one_begins_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(withdrawn_at__isnull=True, needs_notice=True, noticed_at__isnull=True),
                name="tamassignment_one_waits_for_its_notice",
            ),
            models.CheckConstraint(
                condition=Q(earliest_on__isnull=True) | Q(starts_on__gte=F("earliest_on")),
                name="tamassignment_no_sooner_than_its_notice_allows",
            ),
            models.CheckConstraint(
                condition=Q(needs_notice=False) | Q(earliest_on__isnull=False),
                name="tamassignment_notice_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(tam__isnull=True, email="") | (Q(tam__isnull=False) & ~Q(email="")),
                name="tamassignment_tam_can_be_reached",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tam", "order"],
                condition=Q(withdrawn_at__isnull=True),
                name="tamassignment_of_tam",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tam or 'nobody'} for {self.order} from {self.starts_on}"
