"""Drafts know the tax category that they follow; sellers where their documents are dated."""

import django.db.models.deletion
from django.db import migrations, models

from apps.contracts.models.users import validate_zone


def _zone():
    return models.CharField(
        max_length=60,
        default="UTC",
        validators=[validate_zone],
        help_text="Where its documents are dated, such as America/New_York.",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_quoted")]

    operations = [
        # It may be empty: SQLite adds it without building a guarded table anew.
        migrations.AddField(
            "document",
            "tax_category",
            models.ForeignKey(
                "billing.taxcategory",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.AddField("seller", "time_zone", _zone()),
        migrations.AddField("historicalseller", "time_zone", _zone()),
    ]
