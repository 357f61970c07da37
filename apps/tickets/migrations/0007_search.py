"""Full-text search: words in one form, and on PostgreSQL a vector of them with an index.

The indexes of what is due next, and of what was missed, learn whose deadlines they are.
"""

from django.db import migrations, models

from apps.tickets.rules.words import words_kept

BATCH = 1000
OWED = ["RESPONSE", "RESOLUTION", "RFO"]
MOST_KEPT = 200_000
SENDER = [
    *("author__first_name", "author__last_name", "author__username"),
    *("client__name", "client__email"),
]
# The words are in their simplest form already, so they are taken as they are.
VECTOR = """
ALTER TABLE tickets_searchtext ADD COLUMN vector tsvector GENERATED ALWAYS AS
    (array_to_tsvector(array_remove(string_to_array(words, ' '), ''))) STORED
"""
INDEX = "CREATE INDEX searchtext_vector ON tickets_searchtext USING gin (vector)"


def simplify(apps, schema_editor):
    """Bring what was written down before into the form that a search looks for."""
    texts = apps.get_model("tickets", "SearchText").objects
    last = 0
    while batch := list(texts.select_related("ticket__account").filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        said = {row.pk: [] for row in batch}
        messages = apps.get_model("tickets", "Message").objects.filter(ticket__in=said)
        for ticket, *sender in messages.values_list("ticket", *SENDER).distinct():
            said[ticket] += filter(None, sender)
        for row in batch:
            texts_of_it = [f"{row.pk:06d}", row.ticket.account.name, row.words, *said[row.pk]]
            row.words = words_kept(*texts_of_it)[:MOST_KEPT]
        texts.bulk_update(batch, ["words"])


def add_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(VECTOR)
        schema_editor.execute(INDEX)


def remove_vector(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE tickets_searchtext DROP COLUMN vector")


def nothing(apps, schema_editor):
    """Reversed, the words may stay in their simple form."""


class Migration(migrations.Migration):

    dependencies = [("tickets", "0006_whole_life")]

    operations = [
        migrations.RemoveIndex(model_name="deadline", name="deadline_next_due"),
        migrations.RemoveIndex(model_name="deadline", name="deadline_missed_in_work"),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                fields=["due_at", "id", "ticket"],
                condition=models.Q(in_work=True, kind__in=OWED, state="OPEN"),
                name="deadline_next_due",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                fields=["-due_at", "-id", "ticket"],
                condition=models.Q(in_work=True, kind__in=OWED, state="MISSED"),
                name="deadline_missed_in_work",
            ),
        ),
        migrations.RunPython(simplify, nothing),
        migrations.RunPython(add_vector, remove_vector),
    ]
