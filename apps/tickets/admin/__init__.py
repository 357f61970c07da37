"""Tickets as staff see them: the queue, the ticket's page, and “When would this be due?”."""

from apps.tickets.admin.canned import CannedReplyAdmin
from apps.tickets.admin.revision import PublishedHoursAdmin
from apps.tickets.admin.ticket import TicketAdmin
from apps.tickets.admin.times import TimeEntryAdmin

__all__ = ["CannedReplyAdmin", "PublishedHoursAdmin", "TicketAdmin", "TimeEntryAdmin"]
