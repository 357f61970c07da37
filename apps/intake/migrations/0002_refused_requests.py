"""Requests that were not entitled, with the answer that was given."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('intake', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RefusedRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('channel', models.CharField(choices=[('EMAIL', 'E-mail'), ('PHONE', 'Phone'), ('PORTAL', 'Portal'), ('TAM', 'TAM'), ('CHAT', 'Chat'), ('MONITORING', 'Monitoring'), ('API', 'API')], max_length=12)),
                ('wanted', models.CharField(choices=[('TICKET', 'A ticket, in its turn'), ('HELP_NOW', 'Help at this hour'), ('INSTALL', 'An appointment for a new install'), ('OFF_HOURS', 'An appointment outside standard hours')], max_length=10)),
                ('sender', models.CharField(help_text='Address of who asked.', max_length=320)),
                ('subject', models.CharField(max_length=250)),
                ('text', models.TextField(blank=True)),
                ('clause', models.CharField(blank=True, max_length=40)),
                ('why', models.TextField()),
                ('steps', models.JSONField(default=list)),
                ('source_key', models.CharField(help_text='Names the request, so that it is refused once.', max_length=250, unique=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_requests', to='contracts.account')),
                ('by', models.ForeignKey(help_text='Who took it, where a person did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('category', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.reason')),
                ('mail', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_request', to='intake.inboundmail')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_requests', to='contracts.order')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_requests', to='contracts.authoriseduser')),
                ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.service')),
                ('severity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.severity')),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['account', '-id'], name='refusedrequest_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('wanted__in', ['TICKET', 'HELP_NOW', 'INSTALL', 'OFF_HOURS'])), name='refusedrequest_wanted_known')],
            },
        ),
        installing(append_only("intake_refusedrequest")),
    ]
