"""How far a run is, and whom it left out."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_rating"),
        ("contracts", "0005_phones"),
    ]

    operations = [
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
