"""What is on record stays: the database refuses to change an event, or to forget a miss."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing

STAYS = "a missed deadline stays missed, dated to the moment it was due"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        installing(
            append_only("tickets_event"),
            Guard("tickets_deadline", ("DELETE",), STAYS, "{row}.state = 'MISSED'"),
            Guard(
                "tickets_deadline",
                ("UPDATE",),
                STAYS,
                "{row}.state = 'MISSED' AND (NEW.state <> 'MISSED' OR NEW.due_at <> OLD.due_at)",
            ),
        )
    ]
