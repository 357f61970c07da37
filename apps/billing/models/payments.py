"""What was paid, what it settles, and what is still open."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from apps.billing.models.documents import Document
from apps.billing.models.parties import CURRENCY
from apps.contracts.models import Account


class Payment(models.Model):
    """Money that came in, or went back. The database refuses to change it.

    A REFUND gives an account's credit back; a REVERSAL undoes a receipt that was none, such as one
    that bounced or was booked on the wrong account, and names it.
    """

    class Kind(models.TextChoices):
        RECEIPT = "RECEIPT", gettext_noop("Receipt")
        REFUND = "REFUND", gettext_noop("Refund")
        REVERSAL = "REVERSAL", gettext_noop("Reversal")

    class Method(models.TextChoices):
        BANK = "BANK", gettext_noop("Bank transfer")
        CARD = "CARD", gettext_noop("Card")
        CHEQUE = "CHEQUE", gettext_noop("Cheque")
        OTHER = "OTHER", gettext_noop("Other")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.RECEIPT)
    method = models.CharField(max_length=6, choices=Method.choices)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    received_on = models.DateField()
    reference = models.CharField(max_length=140, blank=True, help_text="As the payer wrote it.")
    note = models.CharField(max_length=250, blank=True)
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    source_key = models.CharField(
        max_length=250, unique=True, help_text="Makes a repeated act one payment."
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(kind__in=["RECEIPT", "REFUND"], reverses__isnull=True)
                | Q(kind="REVERSAL", reverses__isnull=False),
                name="payment_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-received_on"], name="payment_of_account"),
            models.Index(fields=["received_on"], name="payment_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency} on {self.received_on}"


class OpenItem(models.Model):
    """What of a document or payment is still open: the cache that standing and aging read.

    DEBIT: an invoice, a refund, a reversal, which the account owes. CREDIT: a credit note, a
    receipt, which it has paid. ``disputed_amount`` is what of ``open_amount`` is under an open
    dispute, with its tax. Allocations are the truth: ``verify_ledger`` compares.

    Clause: S-12, R-4, R-5.
    """

    class Side(models.TextChoices):
        DEBIT = "DEBIT", "Owed"
        CREDIT = "CREDIT", "Credit"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="open_items")
    side = models.CharField(max_length=6, choices=Side.choices)
    document = models.OneToOneField(
        Document, null=True, on_delete=models.PROTECT, related_name="item"
    )
    payment = models.OneToOneField(
        Payment, null=True, on_delete=models.PROTECT, related_name="item"
    )
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    dated_on = models.DateField()
    due_on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    open_amount = models.DecimalField(max_digits=14, decimal_places=2)
    disputed_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        ordering = ["due_on", "dated_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_amount__gte=0, open_amount__lte=F("amount"))
                & Q(disputed_amount__gte=0, disputed_amount__lte=F("open_amount")),
                name="openitem_open_within_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False, payment__isnull=True)
                | Q(document__isnull=True, payment__isnull=False),
                name="openitem_of_one_source",
            ),
            models.CheckConstraint(
                condition=Q(side="DEBIT", due_on__isnull=False)
                | Q(side="CREDIT", due_on__isnull=True, disputed_amount=0),
                name="openitem_due_exactly_when_owed",
            ),
        ]
        indexes = [
            # Standing, aging and matching read only what is open.
            models.Index(
                fields=["account", "due_on"],
                include=["open_amount", "disputed_amount"],
                condition=Q(side="DEBIT", open_amount__gt=0),
                name="openitem_owed",
            ),
            models.Index(
                fields=["account", "dated_on"],
                condition=Q(side="CREDIT", open_amount__gt=0),
                name="openitem_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.open_amount} of {self.amount} {self.currency}"


class Allocation(models.Model):
    """So much of a credit settles so much of a debit. Taken back by a row that says the opposite.

    ``amount`` is positive, and negative where ``reverses`` names the allocation that it undoes.
    """

    credit = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="given")
    debit = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="taken")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    dated_on = models.DateField()
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True)
                | Q(amount__lt=0, reverses__isnull=False),
                name="allocation_negative_exactly_when_it_reverses",
            ),
        ]
        indexes = [models.Index(fields=["dated_on"], name="allocation_by_date")]

    def __str__(self) -> str:
        return f"{self.amount}"
