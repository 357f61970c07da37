"""Incidents, their reports, and findings of fault. What was issued or found is kept as it is."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import EVENTS, Guard, append_only, installing, never_emptied
from apps.outbox.migrating import together

REPORT = "escalation_outagereport"
ISSUED = "{row}.state = 'ISSUED'"
STAYS = "an issued report stays as it was told: write the next revision"


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('escalation', '0003_escalations'),
        ('tickets', '0010_reports_owed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='HistoricalIncident',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('title', models.CharField(help_text='What was out, as its clients are told.', max_length=250)),
                ('opened_at', models.DateTimeField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('author', models.ForeignKey(blank=True, db_constraint=False, help_text='Who writes the Reason for Outage, and is reminded of it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical incident',
                'verbose_name_plural': 'historical incidents',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(help_text='What was out, as its clients are told.', max_length=250)),
                ('opened_at', models.DateTimeField()),
                ('author', models.ForeignKey(help_text='Who writes the Reason for Outage, and is reminded of it.', on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalOutageReport',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('PRELIMINARY', 'Preliminary'), ('FINAL', 'Final')], default='FINAL', max_length=11)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('REVIEW', 'In review'), ('ISSUED', 'Issued')], default='DRAFT', max_length=6)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField(help_text='When the service failed.', null=True)),
                ('detected_at', models.DateTimeField(help_text='When the provider knew.', null=True)),
                ('restored_at', models.DateTimeField(help_text='When the service was back.', null=True)),
                ('summary', models.TextField(blank=True)),
                ('root_cause', models.TextField(blank=True)),
                ('drafted_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('returned', models.TextField(blank=True, help_text='What the review asks to be changed.')),
                ('issued_at', models.DateTimeField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issued_by', models.ForeignKey(blank=True, db_constraint=False, help_text='Who reviewed and issued it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='escalation.incident')),
            ],
            options={
                'verbose_name': 'historical outage report',
                'verbose_name_plural': 'historical outage reports',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='IncidentTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='escalation.incident')),
                ('joined_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='in_incident', to='tickets.ticket')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OutageReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('PRELIMINARY', 'Preliminary'), ('FINAL', 'Final')], default='FINAL', max_length=11)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('REVIEW', 'In review'), ('ISSUED', 'Issued')], default='DRAFT', max_length=6)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('started_at', models.DateTimeField(help_text='When the service failed.', null=True)),
                ('detected_at', models.DateTimeField(help_text='When the provider knew.', null=True)),
                ('restored_at', models.DateTimeField(help_text='When the service was back.', null=True)),
                ('summary', models.TextField(blank=True)),
                ('root_cause', models.TextField(blank=True)),
                ('drafted_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('returned', models.TextField(blank=True, help_text='What the review asks to be changed.')),
                ('issued_at', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='escalation.incident')),
                ('issued_by', models.ForeignKey(help_text='Who reviewed and issued it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('services', models.ManyToManyField(related_name='+', to='contracts.service')),
                ('submitted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('writers', models.ManyToManyField(help_text='Who wrote in it: the review is for somebody else.', related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['incident', 'revision'],
                'permissions': [('issue_outagereport', 'Can review and issue Reasons for Outage')],
            },
        ),
        migrations.CreateModel(
            name='ReportAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CORRECTIVE', 'Corrective'), ('PREVENTIVE', 'Preventive')], max_length=10)),
                ('text', models.CharField(max_length=500)),
                ('owner', models.CharField(help_text='Who sees to it, as the client is told.', max_length=120)),
                ('due_on', models.DateField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='escalation.outagereport')),
            ],
            options={
                'ordering': ['kind', 'due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField(help_text='The PDF.')),
                ('digest', models.CharField(help_text='SHA-256 of the PDF, in hexadecimal.', max_length=64)),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.account')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='escalation.outagereport')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportMoment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('text', models.CharField(max_length=500)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline', to='escalation.outagereport')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField()),
                ('told_percent', models.PositiveSmallIntegerField(default=0, help_text='The share of the time of which people were told last.')),
                ('next_at', models.DateTimeField(null=True)),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report_reminder', to='tickets.ticket')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='FaultDetermination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('finding', models.CharField(choices=[('PROVIDER', 'Provider at fault'), ('NOT_PROVIDER', 'Provider not at fault'), ('UNDECIDED', 'Undecided')], max_length=12)),
                ('is_agreed', models.BooleanField(help_text='Whether both sides say so, or only the provider.')),
                ('why', models.TextField()),
                ('decided_at', models.DateTimeField(help_text='When it was decided.')),
                ('recorded_at', models.DateTimeField(help_text='When it was written down.')),
                ('source_key', models.CharField(help_text='Makes a repeated act one finding.', max_length=250, unique=True)),
                ('ours', models.ForeignKey(help_text="Who decided on the provider's side.", on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('theirs', models.ForeignKey(help_text='Who spoke for the client.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.authoriseduser')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fault_findings', to='tickets.ticket')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['ticket', '-id'], name='faultdetermination_latest'), models.Index(fields=['finding', '-id'], name='faultdetermination_by_finding')],
                'constraints': [models.CheckConstraint(condition=models.Q(('finding__in', ['PROVIDER', 'NOT_PROVIDER', 'UNDECIDED'])), name='faultdetermination_finding_known'), models.CheckConstraint(condition=models.Q(('is_agreed', False), ('theirs__isnull', False), _connector='OR'), name='faultdetermination_agreed_with_somebody'), models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='faultdetermination_says_why')],
            },
        ),
        migrations.AddIndex(
            model_name='outagereport',
            index=models.Index(condition=models.Q(('state', 'ISSUED'), _negated=True), fields=['state', 'incident'], name='outagereport_in_work'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.UniqueConstraint(fields=('incident', 'revision'), name='outagereport_numbered_once'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ISSUED'), _negated=True), fields=('incident',), name='outagereport_one_in_work_per_incident'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['PRELIMINARY', 'FINAL'])), name='outagereport_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('issued_at', None), ('issued_by', None), ('state', 'DRAFT')), models.Q(('issued_at', None), ('issued_by', None), ('state', 'REVIEW'), ('submitted_by__isnull', False)), models.Q(('issued_at__isnull', False), ('issued_by__isnull', False), ('state', 'ISSUED'), ('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='outagereport_facts_go_with_its_state'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.CheckConstraint(condition=models.Q(('issued_by', None), models.Q(('issued_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='outagereport_reviewed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='outagereport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('started_at', None), ('detected_at', None), ('detected_at__gte', models.F('started_at')), _connector='OR'), models.Q(('started_at', None), ('restored_at', None), ('restored_at__gte', models.F('started_at')), _connector='OR')), name='outagereport_instants_in_order'),
        ),
        migrations.AddConstraint(
            model_name='reportaction',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['CORRECTIVE', 'PREVENTIVE'])), name='reportaction_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='reportaction',
            constraint=models.CheckConstraint(condition=models.Q(('owner', ''), _negated=True), name='reportaction_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='reportcopy',
            constraint=models.UniqueConstraint(fields=('report', 'account'), name='reportcopy_one_an_account'),
        ),
        migrations.AddConstraint(
            model_name='reportcopy',
            constraint=models.UniqueConstraint(condition=models.Q(('account', None)), fields=('report',), name='reportcopy_one_of_our_own'),
        ),
        migrations.AddConstraint(
            model_name='reportcopy',
            constraint=models.CheckConstraint(condition=models.Q(('digest', ''), _negated=True), name='reportcopy_has_its_digest'),
        ),
        migrations.AddIndex(
            model_name='reportreminder',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='reportreminder_next'),
        ),
        installing(
            Guard(REPORT, ("UPDATE", "DELETE"), STAYS, ISSUED),
            Guard("escalation_reportmoment", EVENTS, STAYS, ISSUED, REPORT, "report_id"),
            Guard("escalation_reportaction", EVENTS, STAYS, ISSUED, REPORT, "report_id"),
            Guard(f"{REPORT}_services", EVENTS, STAYS, ISSUED, REPORT, "outagereport_id"),
            Guard(f"{REPORT}_writers", EVENTS, STAYS, ISSUED, REPORT, "outagereport_id"),
            append_only("escalation_reportcopy"),
            append_only("escalation_faultdetermination"),
            never_emptied(REPORT),
            never_emptied("escalation_reportcopy"),
            never_emptied("escalation_faultdetermination"),
        ),
    ])
