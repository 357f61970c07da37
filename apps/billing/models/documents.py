"""Invoices and credit notes. Once final, the database refuses any change to them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_noop

from apps.billing.models.charges import RatedEvent
from apps.billing.models.parties import CURRENCY, Series, TaxCategory
from apps.contracts.models import Account


class InvoiceRun(models.Model):
    """One run: what was incurred up to a day, to drafts. The same day again is the same run."""

    class State(models.TextChoices):
        OPEN = "OPEN", "Under way"
        DONE = "DONE", "Done"

    through_on = models.DateField(unique=True, help_text="Last day whose charges are taken.")
    issued_on = models.DateField(help_text="The date that its invoices bear.")
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)
    accounts_total = models.PositiveIntegerField(default=0, help_text="With something to invoice.")
    accounts_done = models.PositiveIntegerField(default=0)
    # Accounts go in the order of their keys: a run that was killed goes on after this one.
    last_account = models.PositiveBigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True, help_text="When it last did something.")
    trouble = models.CharField(max_length=250, blank=True, help_text="Why it stopped, if it did.")

    class Meta:
        ordering = ["-through_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", finished_at__isnull=True)
                | Q(state="DONE", finished_at__isnull=False),
                name="invoicerun_finished_exactly_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"Run through {self.through_on}"


class Document(models.Model):
    """An invoice or a credit note. Amounts are positive; the kind says which way they count.

    A draft has no number. A final one has: ``number`` counts in its series from 1 without a gap,
    ``reference`` is how it is printed. ``parties`` and ``terms`` are copies made at finalisation.
    ``tax_category`` is the account's when a draft invoice was last taxed: lines of that category
    follow the account's billing profile, those of another were given their own.

    Clause: V-3.4.6, S-13.
    """

    class Kind(models.TextChoices):
        INVOICE = "INVOICE", gettext_noop("Invoice")
        CREDIT_NOTE = "CREDIT_NOTE", gettext_noop("Credit note")

    class State(models.TextChoices):
        DRAFT = "DRAFT", "Draft"
        FINAL = "FINAL", "Final"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=5, choices=State.choices, default=State.DRAFT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="documents")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveBigIntegerField(null=True)
    reference = models.CharField(max_length=40, null=True, unique=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    run = models.ForeignKey(
        InvoiceRun, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    reason = models.CharField(max_length=250, blank=True, help_text="Why a credit note is given.")
    tax_category = models.ForeignKey(
        TaxCategory, null=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField(null=True, help_text="First day that it bills.")
    ends_on = models.DateField(null=True, help_text="Last day that it bills.")
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    parties = models.JSONField(default=dict, help_text="{seller: {...}, buyer: {...}} as printed.")
    terms = models.JSONField(default=dict, help_text="Policies and orders that it rests on.")
    net_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    tax_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    total_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finalised_at = models.DateTimeField(null=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "invoices and credit notes"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="document_number"),
            models.UniqueConstraint(
                fields=["run", "account", "kind"], name="document_one_of_a_kind_a_run"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="DRAFT",
                    number__isnull=True,
                    reference__isnull=True,
                    finalised_at__isnull=True,
                )
                | Q(
                    state="FINAL",
                    number__gte=1,
                    reference__isnull=False,
                    issued_on__isnull=False,
                    due_on__gte=F("issued_on"),
                    finalised_at__isnull=False,
                ),
                name="document_numbered_exactly_when_final",
            ),
            models.CheckConstraint(
                condition=Q(kind="INVOICE", corrects__isnull=True) | Q(kind="CREDIT_NOTE"),
                name="document_kind_known",
            ),
            models.CheckConstraint(
                # SQLite adds as floating point: only rounded is the sum what was written.
                condition=Q(
                    net_amount__gte=0,
                    tax_amount__gte=0,
                    total_amount=Round(F("net_amount") + F("tax_amount"), precision=2),
                ),
                name="document_total_is_net_and_tax",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-issued_on"], name="document_of_account"),
            models.Index(fields=["issued_on", "kind"], name="document_by_date"),
        ]

    def __str__(self) -> str:
        return self.reference or f"Draft {self.pk}"


class Line(models.Model):
    """A line: rounded here, once. ``net_amount`` is above nought; on old invoices it may be below.

    ``kind`` is the kind of revenue, a ``RatedEvent.Kind``.
    ``credits`` is the line of an invoice that a credit note's line takes back, in whole or in part;
    what goes back of one event may be several lines, and the first has its charges. ``tax_code``
    and ``tax_percent`` are copies.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    event = models.ForeignKey(RatedEvent, null=True, on_delete=models.PROTECT, related_name="lines")
    credits = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="credited_by"
    )
    kind = models.CharField(max_length=10, choices=RatedEvent.Kind.choices)
    title = models.CharField(max_length=250)
    clause = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    net_amount = models.DecimalField(max_digits=12, decimal_places=2)
    tax_category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="+")
    tax_code = models.CharField(max_length=2)
    tax_percent = models.DecimalField(max_digits=6, decimal_places=3)
    explanation = models.JSONField(default=list)

    class Meta:
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="line_position"),
        ]

    def __str__(self) -> str:
        return self.title


class TaxTotal(models.Model):
    """The tax of a document per category and percentage: worked out on the sum of its lines."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="taxes")
    category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=2)
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    net_amount = models.DecimalField(max_digits=14, decimal_places=2)
    tax_amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["document", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "category", "percent"], name="taxtotal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % on {self.net_amount}"
