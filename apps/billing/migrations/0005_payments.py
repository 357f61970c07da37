"""Files of payments and their rows; the steps of a dispute."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from apps.contracts.freeze import Guard, append_only, installing, never_emptied


# What a row of a bank's file says stays; what became of it may be added.
ROW = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in [
        "payment_import_id",
        "number",
        "bank_key",
        "received_on",
        "amount",
        "currency",
        "method",
        "reference",
        "payer",
    ]
)
FILE = " OR ".join(
    f"OLD.{column} <> NEW.{column}"
    for column in ["digest", "row_count", "outgoing_count", "imported_at", "imported_by_id"]
)
GUARDS = [
    Guard(
        "billing_paymentimportrow",
        ("UPDATE",),
        "a row stays as the bank wrote it, and booked once it is",
        f"OLD.state = 'BOOKED' OR {ROW}",
    ),
    Guard("billing_paymentimportrow", ("DELETE",), "a row of a bank stays: set it aside"),
    Guard("billing_paymentimport", ("UPDATE",), "an import stays as it was read", FILE),
    Guard("billing_paymentimport", ("DELETE",), "an import stays"),
    append_only("billing_billingdisputestep"),
    *[
        never_emptied(f"billing_{table}")
        for table in ["paymentimport", "paymentimportrow", "billingdisputestep"]
    ],
]


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0004_invoicing"),
        ('contracts', '0005_phones'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text="The file's name.", max_length=200)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('choices', models.JSONField(default=dict)),
                ('row_count', models.PositiveIntegerField(help_text='Rows that bring money in.')),
                ('outgoing_count', models.PositiveIntegerField(default=0, help_text='Rows left out: money out.')),
                ('state', models.CharField(choices=[('OPEN', 'Being booked'), ('DONE', 'Done')], default='OPEN', max_length=4)),
                ('imported_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PaymentImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='Its row in the file.')),
                ('bank_key', models.CharField(max_length=80)),
                ('received_on', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('currency', models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}\\Z', 'A currency is three capitals, such as USD.')])),
                ('method', models.CharField(choices=[('BANK', 'Bank transfer'), ('CARD', 'Card'), ('CHEQUE', 'Cheque'), ('OTHER', 'Other')], max_length=6)),
                ('reference', models.CharField(blank=True, max_length=500)),
                ('payer', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('WAITING', 'To be booked'), ('BOOKED', 'Booked'), ('UNMATCHED', 'No account'), ('REFUSED', 'Refused'), ('DUPLICATE', 'There already'), ('ASIDE', 'Set aside')], max_length=9)),
                ('why', models.CharField(blank=True, help_text='Why it is not booked.', max_length=400)),
                ('is_again', models.BooleanField(default=False, help_text='A person said that it is another payment like one that is there.')),
                ('decided_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_rows', to='contracts.account')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='import_row', to='billing.payment')),
                ('payment_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='billing.paymentimport')),
            ],
            options={
                'ordering': ['payment_import', 'number'],
            },
        ),
        migrations.CreateModel(
            name='BillingDisputeStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text="The dispute's revision that it made.")),
                ('state', models.CharField(choices=[('RAISED', 'Raised'), ('BONA_FIDE', 'Bona fide'), ('UPHELD', 'Upheld'), ('PARTLY', 'Partly upheld'), ('REJECTED', 'Rejected'), ('WITHDRAWN', 'Withdrawn')], max_length=9)),
                ('text', models.TextField(blank=True, help_text='The reason, or what the client was answered.')),
                ('amount', models.DecimalField(decimal_places=2, help_text='What was upheld, before tax.', max_digits=12, null=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.authoriseduser')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='billing.billingdispute')),
            ],
            options={
                'ordering': ['dispute', 'number'],
                'constraints': [models.UniqueConstraint(fields=('dispute', 'number'), name='billingdisputestep_once_a_revision')],
            },
        ),
        migrations.AddIndex(
            model_name='paymentimport',
            index=models.Index(models.OrderBy(models.F('id')), condition=models.Q(('state', 'OPEN')), name='paymentimport_open'),
        ),
        migrations.AddConstraint(
            model_name='paymentimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'OPEN')), models.Q(('finished_at__isnull', False), ('state', 'DONE')), _connector='OR'), name='paymentimport_finished_exactly_when_done'),
        ),
        migrations.AddIndex(
            model_name='paymentimportrow',
            index=models.Index(condition=models.Q(('state', 'WAITING')), fields=['payment_import', 'number'], name='paymentimportrow_waiting'),
        ),
        migrations.AddIndex(
            model_name='paymentimportrow',
            index=models.Index(models.OrderBy(models.F('id'), descending=True), condition=models.Q(('state__in', ['UNMATCHED', 'REFUSED', 'DUPLICATE'])), name='paymentimportrow_for_a_person'),
        ),
        migrations.AddIndex(
            model_name='paymentimportrow',
            index=models.Index(fields=['bank_key'], name='paymentimportrow_key'),
        ),
        migrations.AddConstraint(
            model_name='paymentimportrow',
            constraint=models.UniqueConstraint(fields=('payment_import', 'number'), name='paymentimportrow_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentimportrow',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state__in', ['DUPLICATE', 'ASIDE']), _negated=True), ('is_again', False)), fields=('bank_key',), name='paymentimportrow_one_of_the_bank'),
        ),
        migrations.AddConstraint(
            model_name='paymentimportrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('payment__isnull', False), ('state', 'BOOKED')), models.Q(('payment__isnull', True), ('state__in', ['WAITING', 'UNMATCHED', 'REFUSED', 'DUPLICATE', 'ASIDE'])), _connector='OR'), name='paymentimportrow_paid_exactly_when_booked'),
        ),
        migrations.AddConstraint(
            model_name='paymentimportrow',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(models.Q(('state', 'WAITING'), _negated=True), ('account__isnull', False), _connector='OR')), name='paymentimportrow_brings_money_to_an_account'),
        ),
        installing(*GUARDS),
    ]
