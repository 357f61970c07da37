"""Mail that is held or left in its mailbox, and refused requests that a person took after all."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, removing


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('intake', '0003_calls'),
        ('tickets', '0006_whole_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        removing(append_only("intake_refusedrequest")),
        migrations.RemoveConstraint(
            model_name='inboundmail',
            name='inboundmail_state_known_and_ticket_named',
        ),
        migrations.AddField(
            model_name='inboundmail',
            name='is_cut',
            field=models.BooleanField(default=False, help_text='Something of it was left out: it is only in the mail as it came.'),
        ),
        migrations.AddField(
            model_name='inboundmail',
            name='released_at',
            field=models.DateTimeField(help_text='When a person let it pass that had been held.', null=True),
        ),
        migrations.AddField(
            model_name='inboundmail',
            name='released_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refusedrequest',
            name='named',
            field=models.ForeignKey(help_text='The ticket that it names, to which who asked may not write.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_requests', to='tickets.ticket'),
        ),
        migrations.AlterField(
            model_name='inboundmail',
            name='state',
            field=models.CharField(choices=[('RECEIVED', 'Being worked off'), ('REGISTERED', 'Became a ticket'), ('ADDED', 'Added to a ticket'), ('REFUSED', 'Refused'), ('HELD', 'Held for a person'), ('AUTOMATIC', "A machine's mail"), ('DUPLICATE', 'Came before'), ('UNREADABLE', 'Could not be read'), ('TOO_BIG', 'Too big: left in the mailbox'), ('FAILED', 'Our fault: to be looked at')], default='RECEIVED', max_length=10),
        ),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(fields=['sender', 'received_at'], name='inboundmail_of_sender'),
        ),
        migrations.AddConstraint(
            model_name='inboundmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['REGISTERED', 'ADDED']), ('ticket__isnull', False)), ('state__in', ['RECEIVED', 'REFUSED', 'HELD', 'AUTOMATIC', 'DUPLICATE', 'UNREADABLE', 'TOO_BIG', 'FAILED']), _connector='OR'), name='inboundmail_state_known_and_ticket_named'),
        ),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(condition=models.Q(('state', 'HELD')), fields=['id'], name='inboundmail_held'),
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(help_text='When; the clocks run from here.')),
                ('why', models.CharField(max_length=500)),
                ('as_client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='contracts.authoriseduser')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refused', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='intake.refusedrequest')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='tickets.ticket')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        installing(append_only("intake_refusedrequest"), append_only("intake_release")),
    ]
