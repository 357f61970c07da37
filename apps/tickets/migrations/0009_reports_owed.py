"""An index on the Reasons for Outage that have not come."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_appointments_tams_standing'),
        ('tickets', '0008_excluded_at'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='deadline',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('kind', 'RFO')), fields=['due_at', 'id'], name='deadline_report_owed'),
        ),
    ]
