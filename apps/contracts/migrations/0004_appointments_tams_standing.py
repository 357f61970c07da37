"""Appointments, TAMs from a day on, and the standing of accounts."""

import apps.contracts.models.accounts
import apps.contracts.models.names
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0003_orders'),
    ]

    operations = together([
        migrations.CreateModel(
            name='HistoricalAppointment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('INSTALL', 'New install'), ('OFF_HOURS', 'Help outside standard hours')], max_length=10)),
                ('subject', models.CharField(max_length=250)),
                ('details', models.TextField(blank=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('is_priority', models.BooleanField(default=False, help_text='Taken at shorter notice than is owed.', verbose_name='priority handling')),
                ('steps', models.JSONField(blank=True, default=list, help_text='Why it could be booked.')),
                ('state', models.CharField(choices=[('ASKED', 'To be decided'), ('CONFIRMED', 'Confirmed'), ('DECLINED', 'Declined'), ('CANCELLED', 'Cancelled')], default='ASKED', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, help_text='What the client was told.', max_length=250)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fee', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.fee')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
                ('requester', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.authoriseduser')),
                ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.service')),
                ('staff', models.ForeignKey(blank=True, db_constraint=False, help_text='Who will be there.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical appointment',
                'verbose_name_plural': 'historical appointments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStanding',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('state', models.CharField(choices=[('GOOD', 'Good'), ('SUPPORT_SUSPENDED', 'Support suspended'), ('DASHBOARD_SUSPENDED', 'Support and dashboard suspended')], default='GOOD', max_length=20)),
                ('since_at', models.DateTimeField()),
                ('clause', models.CharField(blank=True, max_length=40)),
                ('why', models.CharField(max_length=250)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.account')),
                ('held_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical standing',
                'verbose_name_plural': 'historical standings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTamAssignment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('starts_on', models.DateField(help_text="First day, in the order's time zone.")),
                ('email', models.EmailField(blank=True, max_length=254, validators=[apps.contracts.models.accounts.validate_plain_address])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('chat', models.CharField(blank=True, help_text="Address of the client's own chat with the TAM.", max_length=200)),
                ('reason', models.CharField(blank=True, max_length=100)),
                ('needs_notice', models.BooleanField(default=False)),
                ('noticed_at', models.DateTimeField(blank=True, help_text='When the first notice of it had gone out.', null=True)),
                ('earliest_on', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
                ('tam', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='TAM')),
            ],
            options={
                'verbose_name': 'historical TAM assignment',
                'verbose_name_plural': 'historical TAM assignments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('INSTALL', 'New install'), ('OFF_HOURS', 'Help outside standard hours')], max_length=10)),
                ('subject', models.CharField(max_length=250)),
                ('details', models.TextField(blank=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('is_priority', models.BooleanField(default=False, help_text='Taken at shorter notice than is owed.', verbose_name='priority handling')),
                ('steps', models.JSONField(blank=True, default=list, help_text='Why it could be booked.')),
                ('state', models.CharField(choices=[('ASKED', 'To be decided'), ('CONFIRMED', 'Confirmed'), ('DECLINED', 'Declined'), ('CANCELLED', 'Cancelled')], default='ASKED', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, help_text='What the client was told.', max_length=250)),
                ('source_key', models.CharField(help_text='Names the request, so that it is booked once.', max_length=250, unique=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.fee')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='contracts.order')),
                ('requester', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='contracts.authoriseduser')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service')),
                ('staff', models.ForeignKey(blank=True, help_text='Who will be there.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-starts_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'CONFIRMED')), fields=['order', 'starts_at'], name='appointment_booked'), models.Index(condition=models.Q(('state', 'CONFIRMED')), fields=['staff', 'starts_at'], name='appointment_of_staff'), models.Index(condition=models.Q(('state', 'ASKED')), fields=['starts_at'], name='appointment_undecided')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='appointment_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('kind__in', ['INSTALL', 'OFF_HOURS'])), name='appointment_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'ASKED')), models.Q(('decided_at__isnull', False), ('staff__isnull', False), ('state', 'CONFIRMED')), models.Q(('decided_at__isnull', False), ('state__in', ['DECLINED', 'CANCELLED'])), _connector='OR'), name='appointment_decided_as_its_state_says')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('GOOD', 'Good'), ('SUPPORT_SUSPENDED', 'Support suspended'), ('DASHBOARD_SUSPENDED', 'Support and dashboard suspended')], default='GOOD', max_length=20)),
                ('since_at', models.DateTimeField()),
                ('clause', models.CharField(blank=True, max_length=40)),
                ('why', models.CharField(max_length=250)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='standing', to='contracts.account')),
                ('held_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['GOOD', 'SUPPORT_SUSPENDED', 'DASHBOARD_SUSPENDED'])), name='standing_state_known')],
            },
        ),
        migrations.CreateModel(
            name='TamAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(help_text="First day, in the order's time zone.")),
                ('email', models.EmailField(blank=True, max_length=254, validators=[apps.contracts.models.accounts.validate_plain_address])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('chat', models.CharField(blank=True, help_text="Address of the client's own chat with the TAM.", max_length=200)),
                ('reason', models.CharField(blank=True, max_length=100)),
                ('needs_notice', models.BooleanField(default=False)),
                ('noticed_at', models.DateTimeField(blank=True, help_text='When the first notice of it had gone out.', null=True)),
                ('earliest_on', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tam_assignments', to='contracts.order')),
                ('tam', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tam_assignments', to=settings.AUTH_USER_MODEL, verbose_name='TAM')),
            ],
            options={
                'verbose_name': 'TAM assignment',
                'ordering': ['order', 'starts_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['tam', 'order'], name='tamassignment_of_tam')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('order', 'starts_on'), name='tamassignment_one_begins_on_a_day'), models.UniqueConstraint(condition=models.Q(('needs_notice', True), ('noticed_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('order',), name='tamassignment_one_waits_for_its_notice'), models.CheckConstraint(condition=models.Q(('earliest_on__isnull', True), ('starts_on__gte', models.F('earliest_on')), _connector='OR'), name='tamassignment_no_sooner_than_its_notice_allows'), models.CheckConstraint(condition=models.Q(('needs_notice', False), ('earliest_on__isnull', False), _connector='OR'), name='tamassignment_notice_has_a_period'), models.CheckConstraint(condition=models.Q(models.Q(('email', ''), ('tam__isnull', True)), models.Q(('tam__isnull', False), models.Q(('email', ''), _negated=True)), _connector='OR'), name='tamassignment_tam_can_be_reached')],
            },
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('state', 'EXECUTED')), fields=['ends_on'], name='order_executed_ends'),
        ),
        migrations.AlterField(
            model_name='account',
            name='name',
            field=models.CharField(max_length=160, unique=True, validators=[apps.contracts.models.names.validate_name, apps.contracts.models.names.validate_one_alphabet]),
        ),
        migrations.AlterField(
            model_name='authoriseduser',
            name='name',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='escalationrung',
            name='title',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='service',
            name='title',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='order',
            name='number',
            field=models.CharField(help_text='As on the signed order.', max_length=40, unique=True, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='historicalaccount',
            name='name',
            field=models.CharField(db_index=True, max_length=160, validators=[apps.contracts.models.names.validate_name, apps.contracts.models.names.validate_one_alphabet]),
        ),
        migrations.AlterField(
            model_name='historicalauthoriseduser',
            name='name',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='historicalescalationrung',
            name='title',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='historicalservice',
            name='title',
            field=models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name]),
        ),
        migrations.AlterField(
            model_name='historicalorder',
            name='number',
            field=models.CharField(db_index=True, help_text='As on the signed order.', max_length=40, validators=[apps.contracts.models.names.validate_name]),
        ),
    ])
