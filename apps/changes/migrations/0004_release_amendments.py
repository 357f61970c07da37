"""Announced releases can be corrected and withdrawn; each is told as a notice of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, never_emptied, removing
from apps.outbox.migrating import together

NOTICES = append_only("changes_releasenotice"), never_emptied("changes_releasenotice")


class Migration(migrations.Migration):

    dependencies = [
        ('changes', '0003_change_withdrawals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        removing(*NOTICES),
        migrations.CreateModel(
            name='ReleaseAmendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('CORRECTED', 'Corrected'), ('WITHDRAWN', 'Withdrawn')], max_length=9)),
                ('why', models.TextField(help_text='As the clients read it.')),
                ('released_on', models.DateField()),
                ('news', models.TextField()),
                ('link', models.URLField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='changes.release')),
            ],
            options={
                'ordering': ['release', 'number'],
                'default_permissions': (),
                'constraints': [
                    models.UniqueConstraint(fields=('release', 'number'), name='releaseamendment_number'),
                    models.UniqueConstraint(condition=models.Q(('kind', 'WITHDRAWN')), fields=('release',), name='releaseamendment_withdrawn_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['CORRECTED', 'WITHDRAWN']), ('number__gte', 2)), name='releaseamendment_follows_the_announcement'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='releasenotice',
            name='releasenotice_one_an_account',
        ),
        migrations.AddField(
            model_name='releasenotice',
            name='amendment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='changes.releaseamendment'),
        ),
        migrations.AddConstraint(
            model_name='releasenotice',
            constraint=models.UniqueConstraint(condition=models.Q(('amendment', None)), fields=('release', 'account'), name='releasenotice_announced_once_an_account'),
        ),
        migrations.AddConstraint(
            model_name='releasenotice',
            constraint=models.UniqueConstraint(fields=('amendment', 'account'), name='releasenotice_amended_once_an_account'),
        ),
        installing(
            *NOTICES,
            append_only("changes_releaseamendment"),
            never_emptied("changes_releaseamendment"),
        ),
    ])
