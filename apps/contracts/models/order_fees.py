"""What an order costs from which day on, and that billing has to look at an order again."""

from django.db import models
from django.db.models import Q

from apps.contracts.models.orders import Order
from apps.contracts.models.policies import PolicyVersion


class OrderFee(models.Model):
    """The fee of an order from a day on. The database refuses to change it; the last word counts.

    Written when an order is executed and with each amendment of its fee or policy, with the day
    that the amendment bears. ``amount`` None: from that day on no fee is agreed. ``period`` is an
    ``Order.Period``.

    Clause: V-3.4.6, V-2-order.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="fees")
    from_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    period = models.CharField(max_length=8, blank=True, choices=Order.Period.choices)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(help_text="The order's revision that wrote it.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "revision"], name="orderfee_revision"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, period="")
                | Q(amount__gte=0, period__in=["MONTH", "QUARTER", "YEAR"]),
                name="orderfee_has_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount} from {self.from_on}"


class OrderMark(models.Model):
    """Something about an order changed that a price may rest on.

    Its terms, an appointment for an install, the hours of its policy.

    Written in the transaction of the change; whoever has looked takes it away.

    Clause: V-3.4.6, S-2.1, S-2.
    """

    class Kind(models.TextChoices):
        TERMS = "TERMS", "Terms of the order"
        APPOINTMENT = "APPOINTMENT", "An install's appointment"
        HOURS = "HOURS", "Hours of its policy"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.order} at {self.at:%Y-%m-%d %H:%M} UTC"
