"""The ledger: transfers from one account to another. Nothing is updated or deleted.

A transfer debits one ledger account and credits another, so what is not balanced cannot be written.
"""

from datetime import date
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from apps.billing.models.documents import Document
from apps.billing.models.parties import CURRENCY
from apps.billing.models.payments import Payment
from apps.contracts.models import Account


def validate_zone(name: str) -> None:
    """Accept the name of a time zone, such as Europe/Berlin."""
    if name not in available_timezones():
        raise ValidationError("Use the name of a time zone, such as Europe/Berlin.")


class Books(models.Model):
    """The books, one row. Nothing is dated on ``closed_through_on`` or before it.

    Whoever posts holds the row shared, whoever closes a month holds it alone. A month is over when
    its last day is over in ``time_zone``.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    closed_through_on = models.DateField(default=date(1970, 1, 1))
    time_zone = models.CharField(max_length=60, db_default="UTC", validators=[validate_zone])

    class Meta:
        verbose_name_plural = "books"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="books_are_one")]

    def __str__(self) -> str:
        return f"Books, closed through {self.closed_through_on}"


class ClosedMonth(models.Model):
    """A month that was closed: who, when, and what the ledger came to.

    ``left_over`` is what was not done for it, and what who closed it knew: {"key", "title",
    "count"} each.
    """

    starts_on = models.DateField(unique=True)
    ends_on = models.DateField(unique=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    totals = models.JSONField(default=dict, help_text="Currency -> kind -> balance at its end.")
    left_over = models.JSONField(default=list, help_text="What was not done, and known.")

    class Meta:
        ordering = ["-starts_on"]
        permissions = [("close_month", "Can close a month")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="closedmonth_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%B %Y}"


class LedgerCheck(models.Model):
    """One run of verify_ledger: when, what it counted, and what it found. Nobody: at night."""

    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    as_of = models.DateField(help_text="The day of its totals.")
    check_count = models.PositiveIntegerField(help_text="Checks that were made.")
    found_count = models.PositiveIntegerField(help_text="Findings.")
    counts = models.JSONField(default=dict, help_text="What -> how many there were.")
    findings = models.JSONField(default=list, help_text="The first of them: check and words.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Check of {self.checked_at:%Y-%m-%d %H:%M}"


class LedgerAccount(models.Model):
    """An account of the ledger. ``key`` tells revenue and tax apart by kind and category."""

    class Kind(models.TextChoices):
        RECEIVABLE = "RECEIVABLE", "Receivable"
        REVENUE = "REVENUE", "Revenue"
        TAX = "TAX", "Tax"
        BANK = "BANK", "Bank"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="ledger_accounts"
    )
    key = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY])

    class Meta:
        ordering = ["kind", "key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency"],
                condition=Q(kind="RECEIVABLE"),
                name="ledgeraccount_one_receivable",
            ),
            models.UniqueConstraint(
                fields=["kind", "key", "currency"],
                condition=~Q(kind="RECEIVABLE"),
                name="ledgeraccount_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="RECEIVABLE", account__isnull=False)
                | Q(kind__in=["REVENUE", "TAX", "BANK"], account__isnull=True),
                name="ledgeraccount_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.account or self.key} {self.currency}".strip()


class Posting(models.Model):
    """What one final document or payment moved. ``key`` makes a repeated act one posting."""

    key = models.CharField(max_length=120, unique=True)
    dated_on = models.DateField()
    posted_at = models.DateTimeField()
    document = models.OneToOneField(
        Document, null=True, on_delete=models.PROTECT, related_name="posting"
    )
    payment = models.OneToOneField(
        Payment, null=True, on_delete=models.PROTECT, related_name="posting"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False, payment__isnull=True)
                | Q(document__isnull=True, payment__isnull=False),
                name="posting_of_one_source",
            ),
        ]
        indexes = [models.Index(fields=["dated_on"], name="posting_by_date")]

    def __str__(self) -> str:
        return self.key


class Transfer(models.Model):
    """So much from one ledger account (credited) to another (debited), both of one currency."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="transfers")
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="credits")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, validators=[CURRENCY])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
