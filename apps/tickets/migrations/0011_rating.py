"""Time that stands on an invoice, and that the price of work is looked at again."""

import django.db.models.deletion
from django.db import migrations, models

from apps.outbox.migrating import together


def mark_all(apps, schema_editor):
    """Say that all time that is here is to be rated."""
    alias = schema_editor.connection.alias
    entries = apps.get_model("tickets", "TimeEntry").objects.using(alias)
    marks = apps.get_model("tickets", "WorkMark").objects.using(alias)
    rows = entries.order_by("order_id", "ticket_id").values_list("order_id", "ticket_id")
    marks.bulk_create(
        (
            marks.model(order_id=order, ticket_id=ticket, at=at)
            for order, ticket, at in rows.annotate(at=models.Max("recorded_at"))
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0006_rating'),
        ('tickets', '0010_reports_owed'),
    ]

    operations = together([
        migrations.AlterModelOptions(
            name='timeentry',
            options={'ordering': ['-started_at', '-pk'], 'permissions': [('correct_invoiced', 'Can correct time that stands on an invoice')], 'verbose_name_plural': 'time entries'},
        ),
        migrations.AddField(
            model_name='timeentry',
            name='invoiced_in',
            field=models.CharField(blank=True, editable=False, help_text='The invoice on which its price stands: finance alone corrects it then.', max_length=40),
        ),
        migrations.CreateModel(
            name='WorkMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='work_marks', to='contracts.order')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='work_marks', to='tickets.ticket')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.RunPython(mark_all, migrations.RunPython.noop),
    ])
