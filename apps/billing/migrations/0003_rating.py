"""What people decide on prices, and where plan fees stand."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import append_only, installing, never_emptied, removing


records = import_module("apps.billing.migrations.0002_records_stay")
CHARGES = [guard for guard in [*records.GUARDS, *records.EMPTIED] if guard.table == records.CHARGE]


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0002_records_stay"),
        ('contracts', '0006_rating'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite rebuilds a table for another constraint, and would lose its triggers.
        removing(*CHARGES),
        migrations.CreateModel(
            name='PlanClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_due_on', models.DateField(null=True)),
            ],
            options={
                'ordering': ['next_due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('minutes', models.PositiveIntegerField(default=0)),
                ('reason', models.CharField(max_length=250)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('add_manual_charge', 'Can charge something by hand')],
            },
        ),
        migrations.CreateModel(
            name='WaiverRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('reason', models.CharField(max_length=250)),
                ('state', models.CharField(choices=[('ASKED', 'To be decided'), ('APPROVED', 'Approved'), ('DECLINED', 'Declined'), ('WITHDRAWN', 'Withdrawn')], default='ASKED', max_length=9)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, help_text='Why it was declined.', max_length=250)),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('approve_own_waiver', 'Can approve a waiver that they asked for')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='charge',
            name='charge_waived_within_its_amount',
        ),
        migrations.AddField(
            model_name='ratedevent',
            name='quoted_minutes',
            field=models.PositiveIntegerField(default=0, help_text='For how many minutes it was quoted; more need another quote.'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.CheckConstraint(condition=models.Q(('waived_amount', 0), models.Q(('waived_amount__gt', 0), ('waived_amount__lte', models.F('amount'))), models.Q(('waived_amount__gte', models.F('amount')), ('waived_amount__lt', 0)), _connector='OR'), name='charge_waived_within_its_amount'),
        ),
        migrations.AddField(
            model_name='planclock',
            name='order',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='plan_clock', to='contracts.order'),
        ),
        migrations.AddField(
            model_name='quote',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='quote',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quotes', to='billing.ratedevent'),
        ),
        migrations.AddField(
            model_name='waiverrequest',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waiverrequest',
            name='charge',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waiver_requests', to='billing.charge'),
        ),
        migrations.AddField(
            model_name='waiverrequest',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='planclock',
            index=models.Index(condition=models.Q(('next_due_on__isnull', False)), fields=['next_due_on'], name='planclock_due'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0), models.Q(('reason', ''), _negated=True)), name='quote_is_no_gift_and_says_why'),
        ),
        migrations.AddIndex(
            model_name='waiverrequest',
            index=models.Index(condition=models.Q(('state', 'ASKED')), fields=['asked_at'], name='waiver_undecided'),
        ),
        migrations.AddConstraint(
            model_name='waiverrequest',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(('reason', ''), _negated=True)), name='waiverrequest_says_what_and_why'),
        ),
        migrations.AddConstraint(
            model_name='waiverrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'ASKED')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['APPROVED', 'DECLINED', 'WITHDRAWN'])), _connector='OR'), name='waiverrequest_decided_as_its_state_says'),
        ),
        migrations.AddConstraint(
            model_name='waiverrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ASKED')), fields=('charge',), name='waiverrequest_one_open'),
        ),
        installing(*CHARGES, append_only("billing_quote"), never_emptied("billing_quote")),
    ]
