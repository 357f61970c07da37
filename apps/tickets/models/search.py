"""The words of a ticket, apart from its row, so that searching and sweeping do not meet."""

from django.db import models

from apps.tickets.models.tickets import Ticket


class SearchText(models.Model):
    """All that a search looks at: number, subject, senders and messages of one ticket.

    On PostgreSQL a migration adds a generated ``tsvector`` column with a GIN index.
    """

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="search_text"
    )
    words = models.TextField()

    def __str__(self) -> str:
        return f"Words of ticket {self.ticket_id}"
