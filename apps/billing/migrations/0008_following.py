"""Drafts know the tax category that they follow; sellers where their documents are dated."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from apps.contracts.freeze import installing, removing
from apps.contracts.models.users import validate_zone

GUARDS = import_module("apps.billing.migrations.0006_beside").GUARDS

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
        # Taken back, SQLite builds the guarded table anew.
        removing(*GUARDS),
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
        installing(*GUARDS),
        migrations.AddField("seller", "time_zone", _zone()),
        migrations.AddField("historicalseller", "time_zone", _zone()),
    ]
