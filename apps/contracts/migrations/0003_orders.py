"""What an order agrees: services, fee, rights, escalation matrix, TAM time, own targets."""

import apps.contracts.models.accounts
import apps.contracts.models.users
import datetime
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import Guard, installing
from apps.outbox.migrating import together


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0002_freeze'),
    ]

    operations = together([
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('is_active', models.BooleanField(default=True, help_text='Take the tick away, and new orders cannot list it.')),
            ],
            options={
                'ordering': ['title'],
            },
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='may_confirm_closure',
            field=models.BooleanField(default=True, verbose_name='may confirm closure'),
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='may_escalate',
            field=models.BooleanField(default=True, verbose_name='may escalate'),
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='may_manage_users',
            field=models.BooleanField(default=False, verbose_name='may manage users'),
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='may_open',
            field=models.BooleanField(default=True, verbose_name='may open tickets'),
        ),
        migrations.AddField(
            model_name='authoriseduser',
            name='may_see_invoices',
            field=models.BooleanField(default=False, verbose_name='may see invoices'),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='may_confirm_closure',
            field=models.BooleanField(default=True, verbose_name='may confirm closure'),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='may_escalate',
            field=models.BooleanField(default=True, verbose_name='may escalate'),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='may_manage_users',
            field=models.BooleanField(default=False, verbose_name='may manage users'),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='may_open',
            field=models.BooleanField(default=True, verbose_name='may open tickets'),
        ),
        migrations.AddField(
            model_name='historicalauthoriseduser',
            name='may_see_invoices',
            field=models.BooleanField(default=False, verbose_name='may see invoices'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='fee_amount',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="Of each period, in the policy's currency, before tax.", max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0, 'A fee is not negative.')]),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='fee_period',
            field=models.CharField(blank=True, choices=[('MONTH', 'Month'), ('QUARTER', 'Quarter'), ('YEAR', 'Year')], max_length=8),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='tam_calendar',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text="Hours in which the TAM is reached. Empty: the plan's.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.calendar', verbose_name='TAM calendar'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='tam_minutes_per_month',
            field=models.PositiveIntegerField(blank=True, help_text="Empty: the plan's.", null=True, validators=[django.core.validators.MinValueValidator(1, "At least a minute; leave it empty for the plan's.")], verbose_name='TAM minutes a month'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='time_zone',
            field=models.CharField(blank=True, help_text="Whose calendar months its TAM time is counted by. Empty: the policy's.", max_length=64, validators=[apps.contracts.models.users.validate_zone]),
        ),
        migrations.AddField(
            model_name='order',
            name='fee_amount',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="Of each period, in the policy's currency, before tax.", max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0, 'A fee is not negative.')]),
        ),
        migrations.AddField(
            model_name='order',
            name='fee_period',
            field=models.CharField(blank=True, choices=[('MONTH', 'Month'), ('QUARTER', 'Quarter'), ('YEAR', 'Year')], max_length=8),
        ),
        migrations.AddField(
            model_name='order',
            name='revision',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='order',
            name='tam_calendar',
            field=models.ForeignKey(blank=True, help_text="Hours in which the TAM is reached. Empty: the plan's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.calendar', verbose_name='TAM calendar'),
        ),
        migrations.AddField(
            model_name='order',
            name='tam_minutes_per_month',
            field=models.PositiveIntegerField(blank=True, help_text="Empty: the plan's.", null=True, validators=[django.core.validators.MinValueValidator(1, "At least a minute; leave it empty for the plan's.")], verbose_name='TAM minutes a month'),
        ),
        migrations.AddField(
            model_name='order',
            name='time_zone',
            field=models.CharField(blank=True, help_text="Whose calendar months its TAM time is counted by. Empty: the policy's.", max_length=64, validators=[apps.contracts.models.users.validate_zone]),
        ),
        migrations.CreateModel(
            name='AgreedTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('RESPONSE', 'Response'), ('RESOLUTION', 'Resolution')], max_length=12)),
                ('duration', models.DurationField()),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.calendar')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreed_targets', to='contracts.order')),
                ('severity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.severity')),
            ],
            options={
                'ordering': ['order', 'severity__rank', 'kind'],
            },
        ),
        migrations.CreateModel(
            name='EscalationRung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(help_text='1 is asked first.', validators=[django.core.validators.MinValueValidator(1, 'The first rung is 1.')])),
                ('title', models.CharField(max_length=120)),
                ('email', models.EmailField(max_length=254, validators=[apps.contracts.models.accounts.validate_plain_address])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation_rungs', to='contracts.order')),
            ],
            options={
                'ordering': ['order', 'position'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAgreedTarget',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('RESPONSE', 'Response'), ('RESOLUTION', 'Resolution')], max_length=12)),
                ('duration', models.DurationField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('calendar', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.calendar')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
                ('severity', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.severity')),
            ],
            options={
                'verbose_name': 'historical agreed target',
                'verbose_name_plural': 'historical agreed targets',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEscalationRung',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(help_text='1 is asked first.', validators=[django.core.validators.MinValueValidator(1, 'The first rung is 1.')])),
                ('title', models.CharField(max_length=120)),
                ('email', models.EmailField(max_length=254, validators=[apps.contracts.models.accounts.validate_plain_address])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
            ],
            options={
                'verbose_name': 'historical escalation rung',
                'verbose_name_plural': 'historical escalation rungs',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalService',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('is_active', models.BooleanField(default=True, help_text='Take the tick away, and new orders cannot list it.')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical service',
                'verbose_name_plural': 'historical services',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='OrderRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('DRAFTED', 'Draft changed'), ('EXECUTED', 'Executed'), ('AMENDED', 'Amended'), ('ENDED', 'Ended'), ('TERMINATED', 'Terminated')], max_length=10)),
                ('dated_on', models.DateField(help_text='The day that the change bears.')),
                ('reason', models.CharField(blank=True, max_length=100)),
                ('changes', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='contracts.order')),
            ],
            options={
                'ordering': ['order', 'number'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalOrder_services',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='contracts.historicalorder')),
                ('order', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.order')),
                ('service', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.service')),
            ],
            options={
                'verbose_name': 'HistoricalOrder_services',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='order',
            name='services',
            field=models.ManyToManyField(blank=True, help_text='None ticked: everything is covered.', related_name='orders', to='contracts.service'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fee_amount__isnull', True), ('fee_period', '')), models.Q(('fee_amount__gte', 0), ('fee_period__in', ['MONTH', 'QUARTER', 'YEAR'])), _connector='OR'), name='order_fee_has_a_period'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('tam_minutes_per_month__isnull', True), ('tam_minutes_per_month__gt', 0), _connector='OR'), name='order_tam_time_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='agreedtarget',
            constraint=models.UniqueConstraint(fields=('order', 'severity', 'kind'), name='agreedtarget_once'),
        ),
        migrations.AddConstraint(
            model_name='agreedtarget',
            constraint=models.CheckConstraint(condition=models.Q(('duration__gt', datetime.timedelta(0))), name='agreedtarget_takes_time'),
        ),
        migrations.AddConstraint(
            model_name='agreedtarget',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['RESPONSE', 'RESOLUTION'])), name='agreedtarget_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='escalationrung',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='escalationrung_position'),
        ),
        migrations.AddConstraint(
            model_name='escalationrung',
            constraint=models.CheckConstraint(condition=models.Q(('position__gt', 0)), name='escalationrung_from_one'),
        ),
        migrations.AddConstraint(
            model_name='orderrevision',
            constraint=models.UniqueConstraint(fields=('order', 'number'), name='orderrevision_number'),
        ),
        migrations.AddConstraint(
            model_name='orderrevision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['DRAFTED', 'EXECUTED', 'AMENDED', 'ENDED', 'TERMINATED'])), name='orderrevision_kind_known'),
        ),
        installing(
            Guard(
                "contracts_orderrevision",
                ("UPDATE",),
                "a revision of an order is a record: add one, change none",
            )
        ),
    ])
