"""Where the plan fee of an order stands."""

from django.db import models

from apps.contracts.models import Order


class PlanClock(models.Model):
    """The day on which the next period of an order's plan fee falls due.

    A cache: the periods follow from the order's fees. ``next_due_on`` None: none will.

    Clause: V-3.4.6.
    """

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="plan_clock")
    next_due_on = models.DateField(null=True)

    class Meta:
        ordering = ["next_due_on", "pk"]
        indexes = [
            # The daily task reads what is due.
            models.Index(
                fields=["next_due_on"],
                condition=models.Q(next_due_on__isnull=False),
                name="planclock_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.next_due_on}"
