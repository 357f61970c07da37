"""What this room keeps of a ticket's page: the calls that are logged there."""

from apps.intake.services.calls_on_page import keep_logged
from apps.tickets.call_log import register

register(keep_logged)
