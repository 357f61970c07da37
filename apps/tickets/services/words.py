"""What a search will find of a ticket."""

from apps.outbox.bulk import Statement, run_together
from apps.tickets.models import SearchText, Ticket
from apps.tickets.rules.words import words_kept

MOST_KEPT = 200_000  # characters; a search vector of PostgreSQL ends at a megabyte
TABLE = SearchText._meta.db_table
APPEND = f"""
INSERT INTO {TABLE} (ticket_id, words) VALUES (%s, %s)
ON CONFLICT (ticket_id)
DO UPDATE SET words = substr({TABLE}.words || excluded.words, 1, {MOST_KEPT})
"""  # noqa: S608 (our own table)


def index_words(*, ticket: Ticket, texts: list[str]) -> None:
    """Let a search find a ticket by these texts too."""
    run_together([indexing(ticket=ticket, texts=texts)])


def indexing(*, ticket: Ticket, texts: list[str]) -> Statement:
    """Return the statement that does so.

    Of a conversation that is longer than is kept, the beginning is found.
    """
    return APPEND, [ticket.pk, words_kept(*texts)[:MOST_KEPT]]


def rewrite_words(ticket: Ticket) -> None:
    """Let a search find what is on a ticket now, after messages came or went."""
    said = ticket.messages.select_related("author", "client").order_by("pk")
    asked = ticket.requester
    texts = [ticket.number, ticket.subject, ticket.account.name, asked.name, asked.email]
    for message in said:
        client = message.client
        texts += [client.name, client.email] if client else [str(message.author)]
        texts.append(message.text)
    words = words_kept(*texts)[:MOST_KEPT]
    SearchText.objects.update_or_create(ticket=ticket, defaults={"words": words})
