"""Mails on new versions are a courtesy: people may do without them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0014_webhooks'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='optout',
            name='optout_kind_known',
        ),
        migrations.AlterField(
            model_name='historicaloptout',
            name='kind',
            field=models.CharField(choices=[('COPIES', 'Copies of answers on tickets of colleagues'), ('COLLEAGUES', 'Escalations and disputes by colleagues on their tickets'), ('OUTAGES', 'Reasons for Outage on tickets of colleagues'), ('REPORTS', 'Reports on the open tickets of an order'), ('TAM_HOURS', "That the TAM's hours of a month are used up"), ('RECEIPTS', 'That a request, an appointment or a dispute was taken down'), ('RELEASES', 'New versions, which cost nothing')], max_length=10),
        ),
        migrations.AlterField(
            model_name='optout',
            name='kind',
            field=models.CharField(choices=[('COPIES', 'Copies of answers on tickets of colleagues'), ('COLLEAGUES', 'Escalations and disputes by colleagues on their tickets'), ('OUTAGES', 'Reasons for Outage on tickets of colleagues'), ('REPORTS', 'Reports on the open tickets of an order'), ('TAM_HOURS', "That the TAM's hours of a month are used up"), ('RECEIPTS', 'That a request, an appointment or a dispute was taken down'), ('RELEASES', 'New versions, which cost nothing')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='optout',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['COPIES', 'COLLEAGUES', 'OUTAGES', 'REPORTS', 'TAM_HOURS', 'RECEIPTS', 'RELEASES'])), name='optout_kind_known'),
        ),
    ]
