"""That the price of work has to be looked at again."""

from django.db import models

from apps.contracts.models import Order
from apps.tickets.models.tickets import Ticket


class WorkMark(models.Model):
    """Something changed that the price of a ticket's work may rest on.

    Time, its category, a finding of fault. Written in the transaction of the change; whoever has
    looked takes it away. ``ticket`` None: time apart from any ticket of the order.

    Clause: S-4, S-13, R-8.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="work_marks")
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.CASCADE, related_name="work_marks"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket or self.order} at {self.at:%Y-%m-%d %H:%M} UTC"
