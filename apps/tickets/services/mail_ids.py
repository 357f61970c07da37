"""Message-IDs of our mails, which name their ticket so that answers find back to it."""

from django.conf import settings


def mail_id(ticket_pk: int, what: str) -> str:
    """Return the Message-ID of one mail about a ticket, in brackets. The same mail, the same id."""
    return f"<ticket.{ticket_pk}.{what}@{settings.MAIL_DOMAIN}>"
