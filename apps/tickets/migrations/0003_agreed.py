"""Tickets pin the targets that their order agreed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0002_records_stay'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='agreed',
            field=models.JSONField(blank=True, default=list, help_text='Targets that the order set at registration. Later amendments do not touch them.'),
        ),
    ]
