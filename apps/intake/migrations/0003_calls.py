"""Calls that staff took. Like what was refused, they are records: the database keeps them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('intake', '0002_refused_requests'),
        ('tickets', '0006_whole_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_at', models.DateTimeField(help_text='When the call began.')),
                ('recorded_at', models.DateTimeField(help_text='When it was written down.')),
                ('caller', models.CharField(help_text='Who called, in words.', max_length=320)),
                ('number', models.CharField(blank=True, help_text='Where they called from.', max_length=40)),
                ('number_backwards', models.CharField(blank=True, help_text='Its digits, the last one first: so it is found.', max_length=40)),
                ('subject', models.CharField(max_length=250)),
                ('text', models.TextField(help_text='What was said.')),
                ('minutes', models.PositiveSmallIntegerField(help_text='How long it took.', null=True)),
                ('outcome', models.CharField(choices=[('SETTLED', 'Settled on the phone'), ('TICKET', 'On a ticket'), ('REDIRECTED', 'Sent elsewhere'), ('REFUSED', 'Refused')], max_length=10)),
                ('redirected_to', models.CharField(blank=True, choices=[('', 'Nowhere'), ('TICKET', 'The ticket system'), ('EMAIL', 'E-mail')], max_length=6)),
                ('source_key', models.CharField(help_text='Names the call, so that it is written down once.', max_length=250, unique=True)),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='contracts.account')),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='contracts.order')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='contracts.authoriseduser')),
                ('refused', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call', to='intake.refusedrequest')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='tickets.ticket')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['account', '-id'], name='call_of_account'), models.Index(fields=['outcome', '-id'], name='call_by_outcome'), models.Index(condition=models.Q(('number_backwards', ''), _negated=True), fields=['number_backwards'], name='call_by_number', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'SETTLED'), ('redirected_to', ''), ('refused', None), ('ticket', None)), models.Q(('outcome', 'TICKET'), ('redirected_to', ''), ('refused', None), ('ticket__isnull', False)), models.Q(('outcome', 'REDIRECTED'), ('redirected_to__in', ['TICKET', 'EMAIL']), ('refused', None), ('ticket', None)), models.Q(('outcome', 'REFUSED'), ('redirected_to', ''), ('refused__isnull', False), ('ticket', None)), _connector='OR'), name='call_facts_go_with_its_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('order__isnull', False), ('person__isnull', False)), models.Q(('outcome', 'REFUSED'), ('person', None)), _connector='OR'), name='call_of_a_stranger_is_refused'), models.CheckConstraint(condition=models.Q(('minutes', None), models.Q(('minutes__gte', 1), ('minutes__lte', 480)), _connector='OR'), name='call_minutes_within_reason')],
            },
        ),
        installing(append_only("intake_call")),
    ]
