"""What is on record stays: events, misses, and the terms that a ticket was registered under."""

from django.db import migrations

from apps.contracts.freeze import Guard, append_only, installing, never_emptied

STAYS = "a missed deadline stays missed, dated to the moment it was due"
PINNED = "a ticket keeps the order and the terms that it was registered under"
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
            Guard(
                "tickets_ticket",
                ("UPDATE",),
                PINNED,
                moved("account_id", "order_id", "version_id", "plan_id", "registered_at"),
            ),
            never_emptied("tickets_event"),
            never_emptied("tickets_deadline"),
        )
    ]
