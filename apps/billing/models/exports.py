"""Exports that were made for the books: each once, kept byte for byte. And how they are coded."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from apps.billing.models.charges import RatedEvent
from apps.billing.models.documents import Document
from apps.billing.models.parties import TaxCategory
from apps.contracts.models import Account
from apps.contracts.models.names import validate_name


class ExportBatch(models.Model):
    """A file that was made once. When it is there, or refused, the database keeps it as it is.

    ``totals`` are the sums of the file by currency and column, ``booked`` what the ledger has for
    the same by currency, empty where the ledger knows no such figure. WAITING: a worker makes it.
    REFUSED: ``problem`` says why there is no file.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "Being made"
        DONE = "DONE", "Made"
        REFUSED = "REFUSED", "Refused"

    class Format(models.TextChoices):
        CSV = "CSV", "CSV"
        XLSX = "XLSX", "XLSX"

    report = models.CharField(max_length=40)
    format = models.CharField(max_length=4, choices=Format.choices, default=Format.CSV)
    since_on = models.DateField("from")
    until_on = models.DateField("to")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expected_rows = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    row_count = models.PositiveBigIntegerField(default=0)
    totals = models.JSONField(default=dict)
    booked = models.JSONField(default=dict)
    file = models.FileField(upload_to="exports", max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = "export"
        ordering = ["-pk"]
        permissions = [("export_document", "Can export reports of finance")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", made_at__isnull=True, sha256="", problem="")
                | (Q(state="DONE", made_at__isnull=False, problem="") & ~Q(sha256=""))
                | (Q(state="REFUSED", made_at__isnull=False, sha256="") & ~Q(problem="")),
                name="exportbatch_file_exactly_when_done",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("since_on")), name="exportbatch_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="WAITING"), name="exportbatch_waiting"),
        ]

    def __str__(self) -> str:
        return f"Export {self.pk}"


class ExportedDocument(models.Model):
    """A document that an accounting program was given, in which batch: once for each profile."""

    batch = models.ForeignKey(ExportBatch, on_delete=models.PROTECT, related_name="documents")
    profile = models.CharField(max_length=12)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="exported")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "document"], name="exporteddocument_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document} in {self.batch}"


class ExportProfile(models.Model):
    """How an accounting program wants its files."""

    class Program(models.TextChoices):
        XERO = "XERO", "Xero"
        QUICKBOOKS = "QUICKBOOKS", "QuickBooks Online"

    class Dates(models.TextChoices):
        DAY_FIRST = "%d/%m/%Y", "31/12/2026"
        MONTH_FIRST = "%m/%d/%Y", "12/31/2026"
        ISO = "%Y-%m-%d", "2026-12-31"

    program = models.CharField(max_length=12, choices=Program.choices, unique=True, editable=False)
    dates = models.CharField(
        max_length=10,
        choices=Dates.choices,
        default=Dates.DAY_FIRST,
        help_text="As the program's region writes them.",
    )
    most_documents = models.PositiveIntegerField(
        "documents a file",
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text="What the program takes at once; the next file has the rest.",
    )
    most_lines = models.PositiveIntegerField(
        "lines a file", validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "accounting program"
        ordering = ["program"]
        constraints = [
            models.CheckConstraint(
                condition=Q(program__in=["XERO", "QUICKBOOKS"]), name="exportprofile_program_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_program_display()


class RevenueCode(models.Model):
    """Which account, or which product, a kind of revenue is there."""

    profile = models.ForeignKey(ExportProfile, on_delete=models.CASCADE, related_name="revenues")
    kind = models.CharField(max_length=10, choices=RatedEvent.Kind.choices)
    code = models.CharField(
        max_length=100,
        validators=[validate_name],
        help_text="Xero: the account's code. QuickBooks: the product or service.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["profile", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "kind"], name="revenuecode_one_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.code}"


class TaxName(models.Model):
    """What a category at a rate is called there, exactly as the program shows it."""

    profile = models.ForeignKey(ExportProfile, on_delete=models.CASCADE, related_name="taxes")
    category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="+")
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    name = models.CharField(max_length=100, validators=[validate_name])

    history = HistoricalRecords()

    class Meta:
        ordering = ["profile", "category", "percent"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "category", "percent"], name="taxname_one_a_rate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.percent} %: {self.name}"
