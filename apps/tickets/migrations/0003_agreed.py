"""Tickets pin the targets that their order agreed, and the database keeps all that they pin."""

from django.db import migrations, models

from apps.contracts.freeze import Guard, installing

PINNED = "a ticket keeps the order and the terms that it was registered under"
PINS = ["account_id", "order_id", "version_id", "plan_id", "registered_at", "agreed"]


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_records_stay")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="agreed",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Targets that the order set at registration. Later amendments do not"
                " touch them.",
            ),
        ),
        # After the field: SQLite rebuilds the table for it, and would lose the trigger.
        installing(
            Guard(
                "tickets_ticket",
                ("UPDATE",),
                PINNED,
                " OR ".join(f"NEW.{pin} <> OLD.{pin}" for pin in PINS),
            )
        ),
    ]
