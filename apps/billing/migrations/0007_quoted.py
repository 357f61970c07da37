"""A quote knows its currency, and what the terms asked for it then."""

from django.db import migrations, models

from apps.billing.models.parties import CURRENCY

OF_THE_EVENT = """
UPDATE billing_ratedevent SET quoted_currency = currency
WHERE quoted_amount IS NOT NULL AND kind <> 'MANUAL'
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_beside")]

    # All of them may be empty: SQLite adds such columns without building the tables anew.
    operations = [
        migrations.AddField("quote", "currency", models.CharField(max_length=3, null=True)),
        migrations.AddField(
            "quote",
            "quoted_for",
            models.CharField(max_length=120, null=True, help_text="What its terms asked then."),
        ),
        migrations.AddField(
            "ratedevent",
            "quoted_currency",
            models.CharField(
                max_length=3,
                null=True,
                validators=[CURRENCY],
                help_text="Of the amount that was quoted.",
            ),
        ),
        migrations.AddField(
            "ratedevent",
            "quoted_for",
            models.CharField(
                max_length=120, null=True, help_text="What was asked for it when it was quoted."
            ),
        ),
        migrations.AddField(
            "ratedevent",
            "asks",
            models.CharField(
                max_length=120,
                null=True,
                help_text="What its terms ask for it, in their own currency, where that waits for a"
                " quote; empty: they have no price.",
            ),
        ),
        migrations.RunSQL(OF_THE_EVENT, migrations.RunSQL.noop),
    ]
