"""The words of a ticket, apart from its row, so that searching and sweeping do not meet."""

from django.db import models

from apps.tickets.models.tickets import Ticket


class SearchText(models.Model):
    """All that a search looks at: number, subject, senders and messages of one ticket.

    ``client_words`` is what a client may find it by: nothing that only staff see is in it, so that
    no search of a client can tell whether it is there. Its order is in it too.

    On PostgreSQL migrations add a generated ``tsvector`` column with a GIN index for each.
    """

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="search_text"
    )
    words = models.TextField()
    client_words = models.TextField(default=" ", db_default=" ")

    def __str__(self) -> str:
        return f"Words of ticket {self.ticket_id}"
