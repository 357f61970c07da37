"""Contractual escalations, and which rungs of their paths were told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('escalation', '0002_notice_hours'),
        ('tickets', '0009_escalated'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.EmailField(help_text='Where the answers go.', max_length=254)),
                ('channel', models.CharField(choices=[('EMAIL', 'E-mail'), ('PHONE', 'Phone'), ('PORTAL', 'Portal'), ('TAM', 'TAM'), ('CHAT', 'Chat'), ('MONITORING', 'Monitoring'), ('API', 'API')], max_length=12)),
                ('words', models.TextField(blank=True, help_text='What was asked, in their own words.')),
                ('raised_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('OPEN', 'Not acknowledged'), ('TAKEN', 'Acknowledged'), ('ANSWERED', 'Answered'), ('CLOSED', 'Closed'), ('REFUSED', 'Refused')], default='OPEN', max_length=8)),
                ('finding', models.CharField(choices=[('TRUE', 'True of the ticket'), ('UNTRUE', 'Not true of the ticket'), ('JUDGED', 'A matter of judgement')], default='JUDGED', max_length=6)),
                ('clause', models.CharField(blank=True, max_length=40)),
                ('why', models.TextField(help_text='Whether it is admissible, in words.')),
                ('steps', models.JSONField(default=list, help_text='Why: clause, text and figures of each step.')),
                ('path', models.JSONField(default=list, help_text='Title, email and phone of each rung.')),
                ('climb_after', models.DurationField(help_text='Clock time; empty: by hand.', null=True)),
                ('rung', models.PositiveSmallIntegerField(default=0, help_text='How many rungs were told.')),
                ('next_at', models.DateTimeField(help_text='When the tick has something to do.', null=True)),
                ('alarmed_at', models.DateTimeField(help_text='When the duty managers heard that nobody on the path acknowledged it.', null=True)),
                ('taken_at', models.DateTimeField(null=True)),
                ('taken_by', models.CharField(blank=True, help_text='Who acknowledged it.', max_length=400)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('source_key', models.CharField(help_text='Names the request, so that it is raised once.', max_length=250, unique=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(help_text='Who of ours wrote it down, or asked as the TAM.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(help_text='Who of the client asked; empty: the TAM did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='contracts.authoriseduser')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ground', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='tickets.ticket')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='EscalationNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.PositiveSmallIntegerField(help_text='1 is told first.')),
                ('title', models.CharField(max_length=120)),
                ('email', models.EmailField(max_length=254)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('told_at', models.DateTimeField()),
                ('key', models.CharField(help_text='The key of its mail in the outbox.', max_length=250)),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='escalation.escalation')),
            ],
            options={
                'ordering': ['escalation', 'rung'],
            },
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['next_at'], name='escalation_tick'),
        ),
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['-id'], name='escalation_open'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('path', []), ('rung', 0), ('state', 'REFUSED')), models.Q(('state__in', ['OPEN', 'TAKEN', 'ANSWERED', 'CLOSED']), ('ticket__isnull', False)), _connector='OR'), name='escalation_state_known_and_ticket_named'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'OPEN'), ('next_at__isnull', True), _connector='OR'), name='escalation_climbs_only_while_open'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['OPEN', 'REFUSED']), ('taken_at__isnull', True), ('taken_by', '')), models.Q(('state__in', ['TAKEN', 'ANSWERED', 'CLOSED']), ('taken_at__isnull', False), models.Q(('taken_by', ''), _negated=True)), _connector='OR'), name='escalation_taken_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('state__in', ['OPEN', 'TAKEN', 'REFUSED'])), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('state__in', ['ANSWERED', 'CLOSED']), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='escalation_answered_in_words'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('state', 'CLOSED')), models.Q(models.Q(('state', 'CLOSED'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='escalation_closed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['OPEN', 'TAKEN'])), fields=('ticket', 'ground'), name='escalation_one_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(condition=models.Q(('ground__isnull', True), ('state__in', ['OPEN', 'TAKEN'])), fields=('ticket',), name='escalation_one_without_a_ground'),
        ),
        migrations.AddConstraint(
            model_name='escalationnotice',
            constraint=models.UniqueConstraint(fields=('escalation', 'rung'), name='escalationnotice_once_a_rung'),
        ),
    ])
