"""Who bills, who is billed, under which numbers and taxes."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from apps.contracts.models import Account
from apps.contracts.models.accounts import validate_plain_address
from apps.contracts.models.names import validate_name
from apps.contracts.models.users import validate_zone

CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", "A currency is three capitals, such as USD.")
COUNTRY = RegexValidator(r"^[A-Z]{2}\Z", "A country is two capitals, such as US.")
LONGEST_CREDIT = 365  # days


class Seller(models.Model):
    """The legal person that bills. What a final document says of it is a copy in the document."""

    name = models.CharField(max_length=160, unique=True, validators=[validate_name])
    address = models.TextField(help_text="As it stands on an invoice, several lines.")
    country = models.CharField(max_length=2, validators=[COUNTRY])
    tax_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(validators=[validate_plain_address])
    time_zone = models.CharField(
        max_length=60,
        default="UTC",
        validators=[validate_zone],
        help_text="Where its documents are dated, such as America/New_York.",
    )
    bank_details = models.TextField(blank=True, help_text="Where to pay, as printed.")
    note = models.TextField(blank=True, help_text="At the foot of each document.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def today(self, *, at: datetime) -> date:
        """Return the day that it is where its documents are dated."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


class Series(models.Model):
    """A series of document numbers. Numbers are taken under this row's lock and never given back.

    ``next_number`` is what the next final document of the series gets, ``last_issued_on`` the date
    of the last one: dates of a series never decrease.
    """

    class Kind(models.TextChoices):
        INVOICE = "INVOICE", "Invoices"
        CREDIT_NOTE = "CREDIT_NOTE", "Credit notes"

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    prefix = models.CharField(
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Z0-9][A-Z0-9/-]*\Z", "Use capitals, digits, - and /, such as INV-2026-."
            )
        ],
        help_text="Before each number, such as INV-.",
    )
    digits = models.PositiveSmallIntegerField(
        default=6, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    next_number = models.PositiveBigIntegerField(default=1, editable=False)
    last_issued_on = models.DateField(null=True, editable=False)

    history = HistoricalRecords(excluded_fields=["next_number", "last_issued_on"])

    class Meta:
        verbose_name_plural = "series"
        ordering = ["prefix"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["INVOICE", "CREDIT_NOTE"]), name="series_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(next_number=1, last_issued_on__isnull=True)
                | Q(next_number__gt=1, last_issued_on__isnull=False),
                name="series_dated_once_it_numbers",
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

    def printed(self, number: int) -> str:
        """Return a number as it is printed."""
        return f"{self.prefix}{number:0{self.digits}d}"


class TaxCategory(models.Model):
    """How a supply is taxed. ``code`` is the UNCL 5305 letter that e-invoices use."""

    class Code(models.TextChoices):
        STANDARD = "S", "S · standard or reduced rate"
        ZERO = "Z", "Z · zero rated"
        EXEMPT = "E", "E · exempt"
        REVERSE = "AE", "AE · reverse charge"
        EXPORT = "G", "G · export"
        OUTSIDE = "O", "O · outside the scope of tax"

    key = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80, validators=[validate_name])
    code = models.CharField(max_length=2, choices=Code.choices)
    note = models.CharField(
        max_length=250, blank=True, help_text="Printed on invoices, such as why no tax is due."
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "tax categories"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class TaxRate(models.Model):
    """What a category costs from a day on, until the next row of the category."""

    category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="rates")
    from_on = models.DateField()
    percent = models.DecimalField(
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["category", "-from_on"]
        constraints = [
            models.UniqueConstraint(fields=["category", "from_on"], name="taxrate_once_a_day"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="taxrate_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.percent} % from {self.from_on}"


class BillingProfile(models.Model):
    """How an account is billed. An account without one is parked by the invoice run.

    ``currency`` is the one currency of all that the account is charged, invoiced and pays.

    Clause: V-3.4.6, S-12 (the due date counts from the document's date).
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="billing")
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", limit_choices_to={"kind": "INVOICE"}
    )
    credit_series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", limit_choices_to={"kind": "CREDIT_NOTE"}
    )
    legal_name = models.CharField(max_length=160, validators=[validate_name])
    address = models.TextField(help_text="As it stands on an invoice, several lines.")
    country = models.CharField(max_length=2, validators=[COUNTRY])
    tax_number = models.CharField(max_length=40, blank=True)
    email = models.EmailField(
        help_text="Where invoices and notices of payment go.", validators=[validate_plain_address]
    )
    buyer_reference = models.CharField(
        max_length=80, blank=True, help_text="What the client wants on each invoice."
    )
    payment_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MaxValueValidator(LONGEST_CREDIT)],
        help_text="Days from the invoice's date to its due date.",
    )
    tax_category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="+")
    plans_from_on = models.DateField(
        "plan fees from",
        null=True,
        blank=True,
        help_text="Periods of a plan that began earlier are not charged here, such as those that"
        " were billed elsewhere. Empty: all are.",
    )
    is_paused = models.BooleanField(
        default=False, help_text="Ticked, the run leaves this account out and says so."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["account__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(payment_days__lte=LONGEST_CREDIT), name="billingprofile_credit_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"Billing of {self.account}"
