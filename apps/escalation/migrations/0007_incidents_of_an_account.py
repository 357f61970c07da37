"""A ticket of an incident names its account, so that an account finds its own by an index."""

import django.db.models.deletion
from django.db import migrations, models

OF_THE_TICKET = """
UPDATE escalation_incidentticket SET account_id = (
    SELECT account_id FROM tickets_ticket WHERE id = escalation_incidentticket.ticket_id
)
"""


def account(**facts):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="contracts.account",
        **facts,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0013_opt_outs"),
        ("escalation", "0006_takes_notices"),
        ("tickets", "0012_portal"),
    ]

    operations = [
        migrations.AddField("incidentticket", "account", account(null=True)),
        migrations.RunSQL(OF_THE_TICKET, migrations.RunSQL.noop),
        migrations.AlterField("incidentticket", "account", account()),
        migrations.AddIndex(
            "incidentticket",
            models.Index(fields=["account", "incident"], name="incident_of_account"),
        ),
    ]
