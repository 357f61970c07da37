"""Published changes can be withdrawn; that is written once, and stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, never_emptied
from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('changes', '0002_gap_analyses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='ChangeWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.TextField(help_text='As the clients read it.')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('change', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='changes.platformchange')),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        installing(
            append_only("changes_changewithdrawal"),
            never_emptied("changes_changewithdrawal"),
        ),
    ])
