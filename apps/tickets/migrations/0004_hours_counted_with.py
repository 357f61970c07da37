"""A deadline remembers the revision of its calendar that it was counted with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_freeze"),
        ("tickets", "0003_agreed"),
    ]

    operations = [
        migrations.AddField(
            model_name="deadline",
            name="hours",
            field=models.ForeignKey(
                help_text="The revision of the calendar that this was counted with.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contracts.calendarrevision",
                db_index=False,
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("state", "OPEN")),
                fields=["calendar", "hours"],
                name="deadline_hours",
            ),
        ),
    ]
