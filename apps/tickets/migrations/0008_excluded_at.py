"""When an exclusion was decided stands on the ticket, with an index: reports go by it."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from apps.contracts.freeze import Guard, installing, removing

PINNED = "a ticket keeps the order and the terms that it was registered under"
PINS = ["account_id", "order_id", "version_id", "plan_id", "registered_at", "agreed", "entitled"]
# SQLite rebuilds the table for a constraint, and would lose the trigger.
GUARD = Guard(
    "tickets_ticket", ("UPDATE",), PINNED, " OR ".join(f"NEW.{pin} <> OLD.{pin}" for pin in PINS)
)


def date(apps, schema_editor):
    """Date what was excluded before to the solution that said so."""
    solved = apps.get_model("tickets", "Event").objects.filter(
        ticket=OuterRef("pk"), kind="SOLVED"
    )
    latest = Subquery(solved.order_by("-pk").values("at")[:1])
    excluded = apps.get_model("tickets", "Ticket").objects.filter(exclusion__isnull=False)
    excluded.update(excluded_at=Coalesce(latest, F("latest_at")))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_search")]

    operations = [
        removing(GUARD),
        migrations.AddField(
            model_name="ticket",
            name="excluded_at",
            field=models.DateTimeField(help_text="When that was decided.", null=True),
        ),
        migrations.RunPython(date, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("exclusion__isnull", False)),
                fields=["excluded_at", "id", "exclusion"],
                name="ticket_excluded",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("excluded_at", None), ("exclusion", None)),
                    models.Q(("excluded_at__isnull", False), ("exclusion__isnull", False)),
                    _connector="OR",
                ),
                name="ticket_exclusion_has_an_instant",
            ),
        ),
        installing(GUARD),
    ]
