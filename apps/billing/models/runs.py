"""Accounts that an invoice run left out, and why."""

from django.db import models
from django.db.models import Q

from apps.billing.models.documents import InvoiceRun
from apps.contracts.models import Account


class RunAccount(models.Model):
    """An account that a run parked: the others went on, this one waits for somebody.

    At the stage of drafting nothing was drafted for it; at that of finalising its draft stays one.
    Once it went through, the row goes.
    """

    class Stage(models.TextChoices):
        DRAFTING = "DRAFTING", "Not drafted"
        FINALISING = "FINALISING", "Draft not final"

    run = models.ForeignKey(InvoiceRun, on_delete=models.CASCADE, related_name="parked")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    reason = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        ordering = ["run", "account__name"]
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="runaccount_once"),
            models.CheckConstraint(
                condition=Q(stage__in=["DRAFTING", "FINALISING"]) & ~Q(reason=""),
                name="runaccount_parked_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.reason}"
