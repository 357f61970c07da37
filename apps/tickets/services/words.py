"""What a search will find of a ticket."""

from collections.abc import Sequence

from apps.outbox.bulk import Statement, run_together
from apps.tickets.models import Message, SearchText, Ticket
from apps.tickets.rules.words import order_word, words_kept

MOST_KEPT = 200_000  # characters; a search vector of PostgreSQL ends at a megabyte
TABLE = SearchText._meta.db_table
APPEND = f"""
INSERT INTO {TABLE} (ticket_id, words, client_words) VALUES (%s, %s, %s)
ON CONFLICT (ticket_id)
DO UPDATE SET words = substr({TABLE}.words || excluded.words, 1, {MOST_KEPT}),
    client_words = substr({TABLE}.client_words || excluded.client_words, 1, {MOST_KEPT})
"""  # noqa: S608 (our own table)


def index_words(*, ticket: Ticket, texts: list[str]) -> None:
    """Let a search of ours find a ticket by these texts too; no client's search does."""
    run_together([indexing(ticket=ticket, texts=texts)])


def indexing(*, ticket: Ticket, texts: list[str], for_client: Sequence[str] = ()) -> Statement:
    """Return the statement that does so; a client's search finds it by those ``for_client``.

    Of a conversation that is longer than is kept, the beginning is found.
    """
    words = words_kept(*texts)[:MOST_KEPT]
    return APPEND, [ticket.pk, words, _of_client(ticket.order_id, for_client)]


def rewrite_words(ticket: Ticket) -> None:
    """Let a search find what is on a ticket now, after messages came or went."""
    said = ticket.messages.select_related("author", "client").order_by("pk")
    asked = ticket.requester
    about, who = [ticket.number, ticket.subject], [asked.name, asked.email]
    texts, seen = [*about, ticket.account.name, *who], [*about, *who]
    for message in said:
        client = message.client
        told = [client.name, client.email] if client else [str(message.author)]
        told.append(message.text)
        texts += told
        if message.direction != Message.Direction.NOTE:
            seen += told
    words = {
        "words": words_kept(*texts)[:MOST_KEPT],
        "client_words": _of_client(ticket.order_id, seen),
    }
    SearchText.objects.update_or_create(ticket=ticket, defaults=words)


def _of_client(order_id: int, texts: Sequence[str]) -> str:
    return f" {order_word(order_id)}{words_kept(*texts)}"[:MOST_KEPT] if texts else " "
