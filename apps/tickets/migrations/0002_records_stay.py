"""What is on record stays: the database refuses to change an event, or to forget a miss."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied

STAYS = "a missed deadline stays missed, dated to the moment it was due"
MISSED = "{row}.state = 'MISSED'"


def moved(*columns):
    """Return the condition that one of these columns changes."""
    return " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        installing(
            append_only("tickets_event"),
            Guard("tickets_deadline", ("DELETE",), STAYS, MISSED),
            Guard(
                "tickets_deadline",
                ("UPDATE",),
                STAYS,
                # An empty instant is caught by the constraint: it equals nothing here either.
                f"{MISSED} AND (NEW.state <> 'MISSED' OR {moved('due_at', 'kind', 'ticket_id')})",
            ),
            never_emptied("tickets_event"),
            never_emptied("tickets_deadline"),
        )
    ]
