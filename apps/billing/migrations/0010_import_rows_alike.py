"""Rows of a bank's files are found by day and amount, to see those that look alike."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_notices_by_day")]

    operations = [
        migrations.AddIndex(
            model_name="paymentimportrow",
            index=models.Index(fields=["received_on", "amount"], name="paymentimportrow_alike"),
        ),
        migrations.AlterField(
            model_name="paymentimportrow",
            name="why",
            field=models.CharField(
                blank=True,
                help_text="Why it is not booked, or why it is though it looked like another one.",
                max_length=400,
            ),
        ),
    ]
