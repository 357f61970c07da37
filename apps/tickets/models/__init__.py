"""The record of what happened, and the promises on it."""

from apps.tickets.models.canned import CannedReply
from apps.tickets.models.cases import VendorCase
from apps.tickets.models.deadlines import Deadline, DeadlineQuerySet
from apps.tickets.models.disputes import Dispute
from apps.tickets.models.links import Link, Viewer, Watcher
from apps.tickets.models.marks import WorkMark
from apps.tickets.models.messages import Attachment, Message
from apps.tickets.models.search import SearchText
from apps.tickets.models.tickets import Event, Ticket, TicketQuerySet
from apps.tickets.models.times import TimeEntry

__all__ = [
    "Attachment",
    "CannedReply",
    "Deadline",
    "DeadlineQuerySet",
    "Dispute",
    "Event",
    "Link",
    "Message",
    "SearchText",
    "Ticket",
    "TicketQuerySet",
    "TimeEntry",
    "VendorCase",
    "Viewer",
    "Watcher",
    "WorkMark",
]
