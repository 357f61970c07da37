"""What mails people do not want: a row says no."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0012_appointments_of_a_client'),
    ]

    operations = together([
        migrations.CreateModel(
            name='HistoricalOptOut',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('COPIES', 'Copies of answers on tickets of colleagues'), ('COLLEAGUES', 'Escalations and disputes by colleagues on their tickets'), ('OUTAGES', 'Reasons for Outage on tickets of colleagues'), ('REPORTS', 'Reports on the open tickets of an order'), ('TAM_HOURS', "That the TAM's hours of a month are used up"), ('RECEIPTS', 'That a request, an appointment or a dispute was taken down')], max_length=10)),
                ('since_at', models.DateTimeField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical opt out',
                'verbose_name_plural': 'historical opt outs',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('COPIES', 'Copies of answers on tickets of colleagues'), ('COLLEAGUES', 'Escalations and disputes by colleagues on their tickets'), ('OUTAGES', 'Reasons for Outage on tickets of colleagues'), ('REPORTS', 'Reports on the open tickets of an order'), ('TAM_HOURS', "That the TAM's hours of a month are used up"), ('RECEIPTS', 'That a request, an appointment or a dispute was taken down')], max_length=10)),
                ('since_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opt_outs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['user', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='optout_once_a_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['COPIES', 'COLLEAGUES', 'OUTAGES', 'REPORTS', 'TAM_HOURS', 'RECEIPTS'])), name='optout_kind_known')],
            },
        ),
    ])
