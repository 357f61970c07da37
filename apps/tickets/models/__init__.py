"""The record of what happened, and the promises on it."""

from apps.tickets.models.deadlines import Deadline, DeadlineQuerySet
from apps.tickets.models.messages import Attachment, Message
from apps.tickets.models.tickets import Event, Ticket, TicketQuerySet
from apps.tickets.models.times import TimeEntry

__all__ = [
    "Attachment",
    "Deadline",
    "DeadlineQuerySet",
    "Event",
    "Message",
    "Ticket",
    "TicketQuerySet",
    "TimeEntry",
]
