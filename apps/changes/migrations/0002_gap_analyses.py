"""Changes of APIs, GAP analyses, releases. What was sent and acknowledged is kept as it is."""

import apps.contracts.models.names
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import EVENTS, Guard, append_only, installing, never_emptied
from apps.outbox.migrating import together

CHANGE, RELEASE = "changes_platformchange", "changes_release"
PUBLISHED, ANNOUNCED = "{row}.state = 'PUBLISHED'", "{row}.state = 'ANNOUNCED'"
STAYS = "what was published stays as it was told: write another one"


class Migration(migrations.Migration):

    dependencies = [
        ('changes', '0001_maintenance'),
        ('contracts', '0013_opt_outs'),
        ('tickets', '0012_portal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='GapAnalysis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(help_text='Why the order is entitled.', max_length=250)),
                ('clause', models.CharField(help_text='What that rests on.', max_length=40)),
                ('state', models.CharField(choices=[('TO_DO', 'To do'), ('IN_WORK', 'In work'), ('READY', 'Ready to send'), ('SENT', 'Sent'), ('ACKNOWLEDGED', 'Acknowledged'), ('NOT_NEEDED', 'Not needed')], default='TO_DO', max_length=12)),
                ('due_on', models.DateField()),
                ('due_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(null=True)),
                ('plan', models.TextField(blank=True, help_text='What is done, by whom, until when.')),
                ('not_needed', models.TextField(blank=True, help_text='Why the client needs none.')),
                ('edition', models.PositiveIntegerField(default=1)),
                ('opened_at', models.DateTimeField()),
                ('first_sent_at', models.DateTimeField(help_text='From then on nothing is late.', null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gap_analyses', to='contracts.order')),
            ],
            options={
                'verbose_name': 'GAP analysis',
                'verbose_name_plural': 'GAP analyses',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='GapTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time', to='changes.gapanalysis')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='gap_time', to='tickets.timeentry')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='GapVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('said', models.JSONField()),
                ('what_changed', models.CharField(blank=True, help_text='Why it was sent again; empty on the first.', max_length=250)),
                ('content', models.BinaryField(help_text='The PDF.')),
                ('digest', models.CharField(help_text='SHA-256 of the PDF, in hexadecimal.', max_length=64)),
                ('sent_at', models.DateTimeField()),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='changes.gapanalysis')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['analysis', 'number'],
            },
        ),
        migrations.CreateModel(
            name='GapAcknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What the person was called then.', max_length=120)),
                ('way', models.CharField(choices=[('PORTAL', 'In the portal'), ('LINK', 'By the link of a mail')], max_length=6)),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.authoriseduser')),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='changes.gapversion')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPlatformChange',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('api', models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name], verbose_name='API')),
                ('version', models.CharField(max_length=60, validators=[apps.contracts.models.names.validate_name])),
                ('takes_effect_on', models.DateField(help_text='The first day on which the old way fails.')),
                ('summary', models.TextField(help_text='What changes, as the clients read it.')),
                ('link', models.URLField(blank=True, help_text="Where the API's notes are.", max_length=500)),
                ('due_on', models.DateField(help_text='The last day on which an analysis is in time.')),
                ('remind_days', models.PositiveSmallIntegerField(default=7, help_text='Days before the due day on which the TAM is reminded.')),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('PUBLISHED', 'Published')], default='DRAFT', max_length=9)),
                ('drafted_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('drafted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical platform change',
                'verbose_name_plural': 'historical platform changes',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRelease',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('product', models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name])),
                ('version', models.CharField(max_length=60, validators=[apps.contracts.models.names.validate_name])),
                ('released_on', models.DateField(help_text='The day from which clients have it.')),
                ('news', models.TextField(help_text='What is new, as the clients read it.')),
                ('link', models.URLField(blank=True, help_text='Where its notes are.', max_length=500)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('ANNOUNCED', 'Announced')], default='DRAFT', max_length=9)),
                ('drafted_at', models.DateTimeField()),
                ('announced_at', models.DateTimeField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('announced_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical release',
                'verbose_name_plural': 'historical releases',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PlatformChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('api', models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name], verbose_name='API')),
                ('version', models.CharField(max_length=60, validators=[apps.contracts.models.names.validate_name])),
                ('takes_effect_on', models.DateField(help_text='The first day on which the old way fails.')),
                ('summary', models.TextField(help_text='What changes, as the clients read it.')),
                ('link', models.URLField(blank=True, help_text="Where the API's notes are.", max_length=500)),
                ('due_on', models.DateField(help_text='The last day on which an analysis is in time.')),
                ('remind_days', models.PositiveSmallIntegerField(default=7, help_text='Days before the due day on which the TAM is reminded.')),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('PUBLISHED', 'Published')], default='DRAFT', max_length=9)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('drafted_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalGapAnalysis',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('why', models.CharField(help_text='Why the order is entitled.', max_length=250)),
                ('clause', models.CharField(help_text='What that rests on.', max_length=40)),
                ('state', models.CharField(choices=[('TO_DO', 'To do'), ('IN_WORK', 'In work'), ('READY', 'Ready to send'), ('SENT', 'Sent'), ('ACKNOWLEDGED', 'Acknowledged'), ('NOT_NEEDED', 'Not needed')], default='TO_DO', max_length=12)),
                ('due_on', models.DateField()),
                ('plan', models.TextField(blank=True, help_text='What is done, by whom, until when.')),
                ('not_needed', models.TextField(blank=True, help_text='Why the client needs none.')),
                ('opened_at', models.DateTimeField()),
                ('first_sent_at', models.DateTimeField(help_text='From then on nothing is late.', null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
                ('change', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='changes.platformchange')),
            ],
            options={
                'verbose_name': 'historical GAP analysis',
                'verbose_name_plural': 'historical GAP analyses',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='gapanalysis',
            name='change',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='analyses', to='changes.platformchange'),
        ),
        migrations.CreateModel(
            name='ChangedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(help_text='What breaks.', max_length=250)),
                ('details', models.TextField(blank=True, help_text='How it was, and how it will be.')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='changes.platformchange')),
            ],
            options={
                'ordering': ['change', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product', models.CharField(max_length=120, validators=[apps.contracts.models.names.validate_name])),
                ('version', models.CharField(max_length=60, validators=[apps.contracts.models.names.validate_name])),
                ('released_on', models.DateField(help_text='The day from which clients have it.')),
                ('news', models.TextField(help_text='What is new, as the clients read it.')),
                ('link', models.URLField(blank=True, help_text='Where its notes are.', max_length=500)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('ANNOUNCED', 'Announced')], default='DRAFT', max_length=9)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('drafted_at', models.DateTimeField()),
                ('announced_at', models.DateTimeField(null=True)),
                ('announced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('services', models.ManyToManyField(blank=True, help_text='None ticked: it is for every order.', related_name='+', to='contracts.service')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReleaseFix',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=250)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='release_fixes', to='tickets.vendorcase')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fixes', to='changes.release')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='release_fixes', to='tickets.ticket')),
            ],
            options={
                'ordering': ['release', 'position'],
            },
        ),
        migrations.CreateModel(
            name='ReleaseNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='release_notices', to='contracts.account')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='changes.release')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='GapFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_affected', models.BooleanField(null=True)),
                ('to_do', models.TextField(blank=True, help_text='What the client, or we, have to do.')),
                ('analysis', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='changes.gapanalysis')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='changes.changeditem')),
            ],
            options={
                'ordering': ['analysis', 'item__position'],
                'constraints': [models.UniqueConstraint(fields=('analysis', 'item'), name='gapfinding_one_an_item')],
            },
        ),
        migrations.AddConstraint(
            model_name='gapversion',
            constraint=models.UniqueConstraint(fields=('analysis', 'number'), name='gapversion_numbered_once'),
        ),
        migrations.AddConstraint(
            model_name='gapversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number', 1), ('what_changed', '')), models.Q(('number__gt', 1), models.Q(('what_changed', ''), _negated=True)), _connector='OR'), name='gapversion_says_why_it_was_sent_again'),
        ),
        migrations.AddConstraint(
            model_name='gapacknowledgement',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['PORTAL', 'LINK'])), name='gapacknowledgement_way_known'),
        ),
        migrations.AddConstraint(
            model_name='platformchange',
            constraint=models.UniqueConstraint(fields=('api', 'version'), name='platformchange_once'),
        ),
        migrations.AddConstraint(
            model_name='platformchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('published_by', None), ('state', 'DRAFT')), models.Q(('published_at__isnull', False), ('published_by__isnull', False), ('state', 'PUBLISHED')), _connector='OR'), name='platformchange_published_as_its_state_says'),
        ),
        migrations.AddConstraint(
            model_name='platformchange',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__lte', models.F('takes_effect_on'))), name='platformchange_analysed_before_it_takes_effect'),
        ),
        migrations.AddIndex(
            model_name='gapanalysis',
            index=models.Index(condition=models.Q(('first_sent_at', None), ('state__in', ['TO_DO', 'IN_WORK', 'READY'])), fields=['due_at'], name='gapanalysis_owed'),
        ),
        migrations.AddIndex(
            model_name='gapanalysis',
            index=models.Index(condition=models.Q(('first_sent_at', None), ('next_at__isnull', False), ('state__in', ['TO_DO', 'IN_WORK', 'READY'])), fields=['next_at'], name='gapanalysis_to_remind'),
        ),
        migrations.AddIndex(
            model_name='gapanalysis',
            index=models.Index(fields=['order', '-id'], name='gapanalysis_of_order'),
        ),
        migrations.AddConstraint(
            model_name='gapanalysis',
            constraint=models.UniqueConstraint(fields=('change', 'order'), name='gapanalysis_one_an_order'),
        ),
        migrations.AddConstraint(
            model_name='gapanalysis',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('not_needed', ''), ('state__in', ['TO_DO', 'IN_WORK', 'READY', 'SENT', 'ACKNOWLEDGED'])), models.Q(('state', 'NOT_NEEDED'), models.Q(('not_needed', ''), _negated=True)), _connector='OR'), name='gapanalysis_not_needed_says_why'),
        ),
        migrations.AddConstraint(
            model_name='gapanalysis',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['SENT', 'ACKNOWLEDGED']), _negated=True), ('first_sent_at__isnull', False), _connector='OR'), name='gapanalysis_sent_has_an_instant'),
        ),
        migrations.AddConstraint(
            model_name='changeditem',
            constraint=models.UniqueConstraint(fields=('change', 'position'), name='changeditem_position'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('product', 'version'), name='release_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('announced_at', None), ('announced_by', None), ('state', 'DRAFT')), models.Q(('announced_at__isnull', False), ('announced_by__isnull', False), ('state', 'ANNOUNCED')), _connector='OR'), name='release_announced_as_its_state_says'),
        ),
        migrations.AddConstraint(
            model_name='releasefix',
            constraint=models.UniqueConstraint(fields=('release', 'position'), name='releasefix_position'),
        ),
        migrations.AddConstraint(
            model_name='releasefix',
            constraint=models.CheckConstraint(condition=models.Q(('case', None), ('ticket__isnull', False), _connector='OR'), name='releasefix_case_comes_with_its_ticket'),
        ),
        migrations.AddIndex(
            model_name='releasenotice',
            index=models.Index(fields=['account', '-told_at', '-id'], name='releasenotice_of_account'),
        ),
        migrations.AddConstraint(
            model_name='releasenotice',
            constraint=models.UniqueConstraint(fields=('release', 'account'), name='releasenotice_one_an_account'),
        ),
        installing(
            Guard(CHANGE, ("UPDATE", "DELETE"), STAYS, PUBLISHED),
            Guard("changes_changeditem", EVENTS, STAYS, PUBLISHED, CHANGE, "change_id"),
            Guard(RELEASE, ("UPDATE", "DELETE"), STAYS, ANNOUNCED),
            Guard("changes_releasefix", EVENTS, STAYS, ANNOUNCED, RELEASE, "release_id"),
            Guard("changes_release_services", EVENTS, STAYS, ANNOUNCED, RELEASE, "release_id"),
            append_only("changes_gapversion"),
            append_only("changes_gapacknowledgement"),
            append_only("changes_releasenotice"),
            never_emptied("changes_gapversion"),
            never_emptied("changes_gapacknowledgement"),
            never_emptied("changes_releasenotice"),
        ),
    ])
