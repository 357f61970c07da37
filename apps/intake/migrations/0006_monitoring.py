"""Monitoring: its sources, what their labels mean, their posts, and the alerts."""

import apps.contracts.models.names
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0013_opt_outs'),
        ('intake', '0005_voice'),
        ('tickets', '0012_portal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='HistoricalMonitoringSource',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=80, validators=[apps.contracts.models.names.validate_name])),
                ('key', models.SlugField(help_text='Ends the address that it posts to.', max_length=40)),
                ('format', models.CharField(choices=[('ALERTMANAGER', 'Alertmanager, version 4'), ('GENERIC', 'Plain JSON')], default='ALERTMANAGER', max_length=12)),
                ('severity_label', models.CharField(blank=True, default='severity', help_text="Whose values the rows below turn into the policies' severities.", max_length=100)),
                ('group_minutes', models.PositiveIntegerField(default=60, help_text="Minutes. Alerts of a client's service that follow each other go on one ticket.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='group alerts within')),
                ('is_active', models.BooleanField(default=True, help_text='Take the tick away, and nothing of it is taken.')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('author', models.ForeignKey(blank=True, db_constraint=False, help_text='Whose name the tickets and notes bear that it causes.', limit_choices_to={'is_staff': True}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='writes as')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical monitoring source',
                'verbose_name_plural': 'historical monitoring sources',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='MonitoringSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, validators=[apps.contracts.models.names.validate_name])),
                ('key', models.SlugField(help_text='Ends the address that it posts to.', max_length=40, unique=True)),
                ('format', models.CharField(choices=[('ALERTMANAGER', 'Alertmanager, version 4'), ('GENERIC', 'Plain JSON')], default='ALERTMANAGER', max_length=12)),
                ('severity_label', models.CharField(blank=True, default='severity', help_text="Whose values the rows below turn into the policies' severities.", max_length=100)),
                ('group_minutes', models.PositiveIntegerField(default=60, help_text="Minutes. Alerts of a client's service that follow each other go on one ticket.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='group alerts within')),
                ('is_active', models.BooleanField(default=True, help_text='Take the tick away, and nothing of it is taken.')),
                ('author', models.ForeignKey(help_text='Whose name the tickets and notes bear that it causes.', limit_choices_to={'is_staff': True}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='writes as')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='MonitoringSeverity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(help_text='Such as critical.', max_length=300)),
                ('severity_key', models.SlugField(help_text='Key of a severity in a policy. A policy that has none of them uses its default.', max_length=40)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='severities', to='intake.monitoringsource')),
            ],
            options={
                'verbose_name': 'severity of alerts',
                'verbose_name_plural': 'severities of alerts',
                'ordering': ['source', 'value', 'severity_key'],
            },
        ),
        migrations.CreateModel(
            name='MonitoringSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('hint', models.CharField(max_length=4)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='intake.monitoringsource')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='MonitoringPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_at', models.DateTimeField()),
                ('raw', models.BinaryField()),
                ('is_cut', models.BooleanField(default=False, help_text='Only its head is kept.')),
                ('state', models.CharField(choices=[('RECEIVED', 'To be read'), ('READ', 'Read'), ('UNREADABLE', 'Could not be read'), ('TOO_BIG', 'Too big'), ('FAILED', 'Our fault: to be looked at')], default='RECEIVED', max_length=10)),
                ('alerts', models.PositiveIntegerField(default=0, help_text='How many were read.')),
                ('faults', models.JSONField(default=list, help_text='What could not be read, in words.')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='intake.monitoringsource')),
            ],
            options={
                'verbose_name': 'post of a monitoring system',
                'verbose_name_plural': 'posts of monitoring systems',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='MonitoringMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(help_text='Such as customer.', max_length=100)),
                ('value', models.CharField(help_text='Exactly as it is sent.', max_length=300)),
                ('object_name', models.CharField(blank=True, help_text='As maintenance names it, such as a trunk.', max_length=120, verbose_name='object')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.account')),
                ('requester', models.ForeignKey(blank=True, help_text="For whom tickets are opened. Empty: the first who may open tickets under the account's oldest order with proactive monitoring.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.authoriseduser')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service')),
                ('source', models.ForeignKey(blank=True, help_text='Empty: of every source.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='intake.monitoringsource')),
            ],
            options={
                'verbose_name': 'meaning of a label',
                'verbose_name_plural': 'meanings of labels',
                'ordering': ['label', 'value', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalMonitoringSeverity',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('value', models.CharField(help_text='Such as critical.', max_length=300)),
                ('severity_key', models.SlugField(help_text='Key of a severity in a policy. A policy that has none of them uses its default.', max_length=40)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='intake.monitoringsource')),
            ],
            options={
                'verbose_name': 'historical severity of alerts',
                'verbose_name_plural': 'historical severities of alerts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMonitoringMapping',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('label', models.CharField(help_text='Such as customer.', max_length=100)),
                ('value', models.CharField(help_text='Exactly as it is sent.', max_length=300)),
                ('object_name', models.CharField(blank=True, help_text='As maintenance names it, such as a trunk.', max_length=120, verbose_name='object')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('account', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.account')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requester', models.ForeignKey(blank=True, db_constraint=False, help_text="For whom tickets are opened. Empty: the first who may open tickets under the account's oldest order with proactive monitoring.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.authoriseduser')),
                ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.service')),
                ('source', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: of every source.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='intake.monitoringsource')),
            ],
            options={
                'verbose_name': 'historical meaning of a label',
                'verbose_name_plural': 'historical meanings of labels',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='AlertBundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text="Names the service, or the sender's group.", max_length=60)),
                ('tickets', models.PositiveIntegerField(default=0)),
                ('latest_at', models.DateTimeField(help_text='When an alert came to it last.')),
                ('alerts', models.PositiveIntegerField(default=0)),
                ('notes', models.PositiveIntegerField(default=0)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.order')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alert_bundles', to='tickets.ticket')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.monitoringsource')),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('FIRING', 'Firing'), ('RESOLVED', 'Resolved')], max_length=8)),
                ('handling', models.CharField(choices=[('PENDING', 'To be handled'), ('TICKET', 'On a ticket'), ('UNMATCHED', 'Not mapped'), ('STAFF_ONLY', 'For staff only'), ('SILENCED', 'Inside maintenance'), ('OVER', 'Over at once'), ('FAILED', 'Our fault: to be looked at')], max_length=10)),
                ('is_due', models.BooleanField(default=False)),
                ('title', models.CharField(max_length=250)),
                ('labels', models.JSONField(default=dict)),
                ('notes', models.JSONField(default=dict, help_text="The sender's annotations.")),
                ('group', models.CharField(blank=True, max_length=40)),
                ('is_cut', models.BooleanField(default=False, help_text='Something was too long to be kept.')),
                ('began_at', models.DateTimeField()),
                ('over_at', models.DateTimeField(null=True)),
                ('episode', models.PositiveIntegerField(default=1)),
                ('count', models.PositiveIntegerField(default=0)),
                ('first_at', models.DateTimeField(help_text='When it was told first.')),
                ('last_at', models.DateTimeField(help_text='When it was told last.')),
                ('object_name', models.CharField(blank=True, max_length=120)),
                ('window', models.CharField(blank=True, help_text='The maintenance it lies in.', max_length=250)),
                ('look_again_at', models.DateTimeField(null=True)),
                ('clause', models.CharField(blank=True, max_length=40)),
                ('why', models.TextField(blank=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.account')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='tickets.ticket')),
                ('bundle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='intake.alertbundle')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='intake.monitoringpost')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='intake.monitoringsource')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='monitoringsource',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['ALERTMANAGER', 'GENERIC'])), name='monitoringsource_format_known'),
        ),
        migrations.AddConstraint(
            model_name='monitoringsource',
            constraint=models.CheckConstraint(condition=models.Q(('group_minutes__gte', 1), ('group_minutes__lte', 1440)), name='monitoringsource_groups_within_a_day'),
        ),
        migrations.AddConstraint(
            model_name='monitoringseverity',
            constraint=models.UniqueConstraint(fields=('source', 'value', 'severity_key'), name='monitoringseverity_once'),
        ),
        migrations.AddConstraint(
            model_name='monitoringsecret',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='monitoringsecret_ended_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='monitoringpost',
            index=models.Index(condition=models.Q(('state', 'RECEIVED')), fields=['id'], name='monitoringpost_unread'),
        ),
        migrations.AddIndex(
            model_name='monitoringpost',
            index=models.Index(fields=['received_at'], name='monitoringpost_received'),
        ),
        migrations.AddConstraint(
            model_name='monitoringpost',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['RECEIVED', 'READ', 'UNREADABLE', 'TOO_BIG', 'FAILED'])), name='monitoringpost_state_known'),
        ),
        migrations.AddConstraint(
            model_name='monitoringmapping',
            constraint=models.UniqueConstraint(fields=('label', 'value', 'source'), name='monitoringmapping_once_a_source', violation_error_message='This value of the label has a row already.'),
        ),
        migrations.AddConstraint(
            model_name='monitoringmapping',
            constraint=models.UniqueConstraint(condition=models.Q(('source', None)), fields=('label', 'value'), name='monitoringmapping_once_for_all', violation_error_message='This value of the label has a row for every source.'),
        ),
        migrations.AddConstraint(
            model_name='monitoringmapping',
            constraint=models.CheckConstraint(condition=models.Q(('account__isnull', False), ('service__isnull', False), models.Q(('object_name', ''), _negated=True), _connector='OR'), name='monitoringmapping_names_something', violation_error_message='Name an account, a service or an object.'),
        ),
        migrations.AddConstraint(
            model_name='monitoringmapping',
            constraint=models.CheckConstraint(condition=models.Q(('requester', None), ('account__isnull', False), _connector='OR'), name='monitoringmapping_requester_of_an_account', violation_error_message='Name the account of the person too.'),
        ),
        migrations.AddConstraint(
            model_name='alertbundle',
            constraint=models.UniqueConstraint(fields=('order', 'source', 'key'), name='alertbundle_once'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('is_due', True)), fields=['source', 'id'], name='alert_due'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('handling', 'SILENCED')), fields=['look_again_at'], name='alert_silenced'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['handling', 'state', '-id'], name='alert_by_handling'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['state', '-id'], name='alert_by_state'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('source', 'fingerprint'), name='alert_once_a_source'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('over_at', None), ('state', 'FIRING')), models.Q(('over_at__isnull', False), ('state', 'RESOLVED')), _connector='OR'), name='alert_over_exactly_when_resolved'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handling', 'TICKET'), ('ticket__isnull', False)), models.Q(('handling__in', ['PENDING', 'UNMATCHED', 'STAFF_ONLY', 'SILENCED', 'OVER', 'FAILED']), ('ticket', None)), _connector='OR'), name='alert_ticket_exactly_when_on_one'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handling', 'SILENCED'), _negated=True), ('look_again_at__isnull', False), _connector='OR'), name='alert_silenced_until_somebody_looks'),
        ),
    ])
