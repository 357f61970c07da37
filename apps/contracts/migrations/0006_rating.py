"""What orders cost from which day on, told from their revisions and histories."""

import django.db.models.deletion
from django.db import migrations, models

from apps.contracts.freeze import Guard, installing
from apps.outbox.migrating import together

EXECUTED, AMENDED = "EXECUTED", "AMENDED"


def tell_fees(apps, schema_editor):
    """Write the fees of the orders that are here, from their revisions and their histories."""
    alias = schema_editor.connection.alias
    orders = apps.get_model("contracts", "Order").objects.using(alias)
    for order in orders.exclude(state="DRAFT").iterator(chunk_size=500):
        _tell(apps, alias, order)


def _tell(apps, alias, order):
    fees = apps.get_model("contracts", "OrderFee").objects.using(alias)
    marks = apps.get_model("contracts", "OrderMark").objects.using(alias)
    latest = (None, "", None)
    for revision, was in _agreed(apps, alias, order):
        now = (was.fee_amount, was.fee_period, was.version_id)
        if now == latest or (latest[2] is None and was.fee_amount is None):
            continue
        first = order.starts_on if latest[2] is None else revision.dated_on
        fees.create(
            order=order,
            from_on=max(first, order.starts_on),
            amount=was.fee_amount,
            period=was.fee_period,
            version_id=was.version_id,
            revision=revision.number,
            at=revision.at,
        )
        latest = now
    newest = apps.get_model("contracts", "OrderRevision").objects.using(alias).filter(order=order)
    if newest.exists():
        marks.create(order=order, kind="TERMS", at=newest.latest("number").at)


def _agreed(apps, alias, order):
    """Yield the revisions that agreed something, each with the order as it left it."""
    revisions = apps.get_model("contracts", "OrderRevision").objects.using(alias)
    history = apps.get_model("contracts", "HistoricalOrder").objects.using(alias)
    agreed = revisions.filter(order=order, kind__in=[EXECUTED, AMENDED]).order_by("number")
    for revision in agreed:
        rows = history.filter(id=order.pk, history_date__lte=revision.at)
        was = rows.order_by("history_date", "history_id").last()
        if was is not None:
            yield revision, was


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0005_phones'),
    ]

    operations = together([
        migrations.CreateModel(
            name='OrderMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('TERMS', 'Terms of the order'), ('APPOINTMENT', "An install's appointment"), ('HOURS', 'Hours of its policy')], max_length=11)),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='contracts.order')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('period', models.CharField(blank=True, choices=[('MONTH', 'Month'), ('QUARTER', 'Quarter'), ('YEAR', 'Year')], max_length=8)),
                ('revision', models.PositiveIntegerField(help_text="The order's revision that wrote it.")),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fees', to='contracts.order')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.policyversion')),
            ],
            options={
                'ordering': ['order', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('order', 'revision'), name='orderfee_revision'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('period', '')), models.Q(('amount__gte', 0), ('period__in', ['MONTH', 'QUARTER', 'YEAR'])), _connector='OR'), name='orderfee_has_a_period')],
            },
        ),
        migrations.RunPython(tell_fees, migrations.RunPython.noop),
        installing(
            Guard(
                "contracts_orderfee",
                ("UPDATE",),
                "what an order cost is a record: amend the order",
            )
        ),
    ])
