"""How far a run is, whom it left out; and a total that SQLite's floats do not refuse."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from apps.contracts.freeze import Guard, installing, removing

# As 0002_records_stay set them up: those on a document, and those that read it.
STAYS = "a final document stays as it was issued: give a credit note"
FINAL = "{row}.state = 'FINAL'"
LINES = ("INSERT", "UPDATE", "DELETE")
GUARDS = [
    Guard("billing_document", ("UPDATE", "DELETE"), STAYS, FINAL),
    Guard("billing_line", LINES, STAYS, FINAL, "billing_document", "document_id"),
    Guard("billing_taxtotal", LINES, STAYS, FINAL, "billing_document", "document_id"),
]
SUM = F("net_amount") + F("tax_amount")
HALF_A_CENT = Decimal("0.005")


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_records_stay"),
        ("contracts", "0005_phones"),
    ]

    operations = [
        # SQLite rebuilds a table for another constraint, and would lose its triggers.
        removing(*GUARDS),
        migrations.RemoveConstraint(
            model_name="document", name="document_total_is_net_and_tax"
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=Q(
                    net_amount__gte=0,
                    tax_amount__gte=0,
                    total_amount__gt=SUM - HALF_A_CENT,
                    total_amount__lt=SUM + HALF_A_CENT,
                ),
                name="document_total_is_net_and_tax",
            ),
        ),
        installing(*GUARDS),
        migrations.AddField(
            model_name="invoicerun",
            name="accounts_total",
            field=models.PositiveIntegerField(
                default=0, help_text="With something to invoice."
            ),
        ),
        migrations.AddField(
            model_name="invoicerun",
            name="accounts_done",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="invoicerun",
            name="last_account",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="invoicerun",
            name="moved_at",
            field=models.DateTimeField(help_text="When it last did something.", null=True),
        ),
        migrations.AddField(
            model_name="invoicerun",
            name="trouble",
            field=models.CharField(
                blank=True, default="", help_text="Why it stopped, if it did.", max_length=250
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="RunAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("DRAFTING", "Not drafted"),
                            ("FINALISING", "Draft not final"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=250)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.account",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parked",
                        to="billing.invoicerun",
                    ),
                ),
            ],
            options={"ordering": ["run", "account__name"]},
        ),
        migrations.AddConstraint(
            model_name="runaccount",
            constraint=models.UniqueConstraint(
                fields=("run", "account"), name="runaccount_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="runaccount",
            constraint=models.CheckConstraint(
                condition=Q(stage__in=["DRAFTING", "FINALISING"]) & ~Q(reason=""),
                name="runaccount_parked_for_a_reason",
            ),
        ),
    ]
