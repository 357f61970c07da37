"""What the portal lists and searches: a client's own words apart from those that staff see too."""

from django.conf import settings
from django.db import migrations, models

from apps.tickets.rules.words import order_word, words_kept

BATCH = 1000
MOST_KEPT = 200_000
SENDER = [
    *("author__first_name", "author__last_name", "author__username"),
    *("client__name", "client__email"),
]
VECTOR = """
ALTER TABLE tickets_searchtext ADD COLUMN client_vector tsvector GENERATED ALWAYS AS
    (array_to_tsvector(array_remove(string_to_array(client_words, ' '), ''))) STORED
"""
INDEX = "CREATE INDEX searchtext_client_vector ON tickets_searchtext USING gin (client_vector)"


def show(apps, schema_editor):
    """Write down of each ticket what its client may find it by: no note, and nothing of a note."""
    alias = schema_editor.connection.alias
    texts = apps.get_model("tickets", "SearchText").objects.using(alias)
    messages = apps.get_model("tickets", "Message").objects.using(alias)
    rows = texts.select_related("ticket__requester").defer("words").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        said = {row.pk: [] for row in batch}
        seen = messages.filter(ticket__in=said).exclude(direction="NOTE").order_by("pk")
        for ticket, *names, username, client, email, text in seen.values_list("ticket", *SENDER, "text"):
            # Ours are known to clients by their names.
            ours = " ".join(filter(None, names)) or username
            said[ticket] += filter(None, [ours, client, email, text])
        for row in batch:
            asked = row.ticket.requester
            known = [f"{settings.TICKET_PREFIX}-{row.pk:06d}", row.ticket.subject, asked.name, asked.email]
            words = words_kept(*known, *said[row.pk])
            row.client_words = f" {order_word(row.ticket.order_id)}{words}"[:MOST_KEPT]
        texts.bulk_update(batch, ["client_words"], batch_size=100)


def add_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(VECTOR)
        schema_editor.execute(INDEX)


def remove_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE tickets_searchtext DROP COLUMN client_vector")


class Migration(migrations.Migration):

    dependencies = [("tickets", "0011_rating")]

    operations = [
        migrations.AddField(
            model_name="searchtext",
            name="client_words",
            field=models.TextField(db_default=" ", default=" "),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["order", "status", "-latest_at", "-id"], name="ticket_latest_of_order"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["order", "severity", "status", "-latest_at", "-id"],
                name="ticket_of_order_by_severity",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["requester", "status", "-latest_at", "-id"],
                name="ticket_latest_of_requester",
            ),
        ),
        migrations.RunPython(show, migrations.RunPython.noop),
        migrations.RunPython(add_vector, remove_vector),
    ]
