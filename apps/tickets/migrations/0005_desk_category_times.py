"""Whose desk a ticket is on, what it is about, why it was registered; and time that was worked."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import Guard, installing, removing
from apps.outbox.migrating import together

TABLE, EVENTS = "tickets_ticket", ("UPDATE",)
PINNED = "a ticket keeps the order and the terms that it was registered under"
PINS = ["account_id", "order_id", "version_id", "plan_id", "registered_at", "agreed"]


def keeping(pins):
    """Return the guard of what a ticket pins."""
    changed = " OR ".join(f"NEW.{pin} <> OLD.{pin}" for pin in pins)
    return Guard(TABLE, EVENTS, PINNED, changed)



class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('tickets', '0004_hours_counted_with'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        # SQLite rebuilds the table for a new field, and would lose the trigger.
        removing(keeping(PINS)),
        migrations.CreateModel(
            name='HistoricalTimeEntry',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('TAM', 'TAM'), ('SUPPORT', 'Support'), ('ENGINEERING', 'Engineering')], max_length=12)),
                ('started_at', models.DateTimeField()),
                ('minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1, 'Log at least a minute.'), django.core.validators.MaxValueValidator(1440, 'An entry has at most 24 hours: log each day apart.')])),
                ('what', models.CharField(help_text='What was done, in a few words.', max_length=250)),
                ('contact', models.CharField(blank=True, choices=[('', 'No contact'), ('PHONE', 'Phone'), ('EMAIL', 'E-mail'), ('CHAT', 'Chat')], help_text='How the client was reached.', max_length=8)),
                ('recorded_at', models.DateTimeField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical time entry',
                'verbose_name_plural': 'historical time entries',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='TimeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('TAM', 'TAM'), ('SUPPORT', 'Support'), ('ENGINEERING', 'Engineering')], max_length=12)),
                ('started_at', models.DateTimeField()),
                ('minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1, 'Log at least a minute.'), django.core.validators.MaxValueValidator(1440, 'An entry has at most 24 hours: log each day apart.')])),
                ('what', models.CharField(help_text='What was done, in a few words.', max_length=250)),
                ('contact', models.CharField(blank=True, choices=[('', 'No contact'), ('PHONE', 'Phone'), ('EMAIL', 'E-mail'), ('CHAT', 'Chat')], help_text='How the client was reached.', max_length=8)),
                ('recorded_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('source_key', models.CharField(help_text='Makes a repeated act one entry.', max_length=250, unique=True)),
            ],
            options={
                'verbose_name_plural': 'time entries',
                'ordering': ['-started_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='category',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='desk',
            field=models.CharField(choices=[('CENTRE', 'Support centre'), ('TAM', 'TAM')], default='CENTRE', help_text='Whose queue it is in.', max_length=8),
        ),
        migrations.AddField(
            model_name='historicalticket',
            name='service',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.service'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='desk',
            field=models.CharField(choices=[('CENTRE', 'Support centre'), ('TAM', 'TAM')], default='CENTRE', help_text='Whose queue it is in.', max_length=8),
        ),
        migrations.AddField(
            model_name='ticket',
            name='entitled',
            field=models.JSONField(blank=True, default=dict, help_text='Why it was registered: clause, why and steps, as answered at registration.'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='service',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'CLOSED'), _negated=True), fields=['account', 'severity', 'registered_at'], name='ticket_open_of_account'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['account', '-latest_at'], name='ticket_latest_of_account'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('desk__in', ['CENTRE', 'TAM'])), name='ticket_desk_known'),
        ),
        migrations.AddField(
            model_name='historicaltimeentry',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicaltimeentry',
            name='order',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order'),
        ),
        migrations.AddField(
            model_name='historicaltimeentry',
            name='ticket',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='historicaltimeentry',
            name='who',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='timeentry',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_entries', to='contracts.order'),
        ),
        migrations.AddField(
            model_name='timeentry',
            name='ticket',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='time_entries', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='timeentry',
            name='who',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_entries', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='timeentry',
            index=models.Index(fields=['order', 'kind', 'started_at'], name='timeentry_of_order'),
        ),
        migrations.AddIndex(
            model_name='timeentry',
            index=models.Index(fields=['who', 'started_at'], name='timeentry_of_person'),
        ),
        migrations.AddConstraint(
            model_name='timeentry',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 1440)), name='timeentry_minutes_within_a_day'),
        ),
        migrations.AddConstraint(
            model_name='timeentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['TAM', 'SUPPORT', 'ENGINEERING']), ('contact__in', ['', 'PHONE', 'EMAIL', 'CHAT'])), name='timeentry_kind_and_contact_known'),
        ),
        installing(keeping([*PINS, "entitled"])),
    ])
