"""Files of a bank or a card company, and what became of each of their rows."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.billing.models.parties import CURRENCY
from apps.billing.models.payments import Payment
from apps.contracts.models import Account

LONGEST_WORDS = 500  # characters of a bank's text that are kept


class PaymentImport(models.Model):
    """A file whose rows are booked. The same bytes again are refused: ``digest`` is theirs.

    ``choices`` is how it was read: encoding, separator, dates, decimals, and which column is what.
    It is OPEN while rows wait to be booked, which another worker takes up where one died.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", "Being booked"
        DONE = "DONE", "Done"

    name = models.CharField(max_length=200, help_text="The file's name.")
    digest = models.CharField(max_length=64, unique=True)
    choices = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(help_text="Rows that bring money in.")
    outgoing_count = models.PositiveIntegerField(default=0, help_text="Rows left out: money out.")
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "payment file"
        verbose_name_plural = "payment files"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", finished_at__isnull=True)
                | Q(state="DONE", finished_at__isnull=False),
                name="paymentimport_finished_exactly_when_done",
            ),
        ]
        indexes = [
            models.Index(F("id").asc(), condition=Q(state="OPEN"), name="paymentimport_open"),
        ]

    def __str__(self) -> str:
        return self.name


class PaymentImportRow(models.Model):
    """A row of such a file. The database keeps what it says; what becomes of it is added.

    ``bank_key`` is what makes it one row of the bank, in whichever file it comes: two rows have it
    only where the second waits as a DUPLICATE, is set ASIDE, or is another payment: a person said.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "To be booked"
        BOOKED = "BOOKED", "Booked"
        UNMATCHED = "UNMATCHED", "No account"
        REFUSED = "REFUSED", "Refused"
        DUPLICATE = "DUPLICATE", "There already"
        ASIDE = "ASIDE", "Set aside"

    FOR_A_PERSON = (State.UNMATCHED, State.REFUSED, State.DUPLICATE)

    payment_import = models.ForeignKey(PaymentImport, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="Its row in the file.")
    bank_key = models.CharField(max_length=80)
    received_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    method = models.CharField(max_length=6, choices=Payment.Method.choices)
    reference = models.CharField(max_length=LONGEST_WORDS, blank=True)
    payer = models.CharField(max_length=LONGEST_WORDS, blank=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="import_rows"
    )
    state = models.CharField(max_length=9, choices=State.choices)
    why = models.CharField(
        max_length=400,
        blank=True,
        help_text="Why it is not booked, or why it is though it looked like another one.",
    )
    is_again = models.BooleanField(
        default=False, help_text="A person said that it is another payment like one that is there."
    )
    payment = models.OneToOneField(
        Payment, null=True, on_delete=models.PROTECT, related_name="import_row"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "row of a payment file"
        verbose_name_plural = "rows of payment files"
        ordering = ["payment_import", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment_import", "number"], name="paymentimportrow_once"
            ),
            models.UniqueConstraint(
                fields=["bank_key"],
                condition=~Q(state__in=["DUPLICATE", "ASIDE"]) & Q(is_again=False),
                name="paymentimportrow_one_of_the_bank",
            ),
            models.CheckConstraint(
                condition=Q(state="BOOKED", payment__isnull=False, account__isnull=False)
                | Q(
                    state__in=["WAITING", "UNMATCHED", "REFUSED", "DUPLICATE", "ASIDE"],
                    payment__isnull=True,
                ),
                name="paymentimportrow_paid_exactly_when_booked",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & (~Q(state="WAITING") | Q(account__isnull=False)),
                name="paymentimportrow_brings_money_to_an_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["payment_import", "number"],
                condition=Q(state="WAITING"),
                name="paymentimportrow_waiting",
            ),
            models.Index(
                F("id").desc(),
                condition=Q(state__in=["UNMATCHED", "REFUSED", "DUPLICATE"]),
                name="paymentimportrow_for_a_person",
            ),
            models.Index(fields=["bank_key"], name="paymentimportrow_key"),
            models.Index(fields=["received_on", "amount"], name="paymentimportrow_alike"),
        ]

    def __str__(self) -> str:
        return f"Row {self.number} of {self.payment_import}"
