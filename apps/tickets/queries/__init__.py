"""Reads that others need too."""

from apps.tickets.queries.history import history_of, log_of
from apps.tickets.queries.people import DUTY_MANAGERS, duty_managers
from apps.tickets.queries.search import newest_spoken_of, shown_of, spoken_of
from apps.tickets.queries.tam_months import tam_month, tam_months

__all__ = [
    "DUTY_MANAGERS",
    "duty_managers",
    "history_of",
    "log_of",
    "newest_spoken_of",
    "shown_of",
    "spoken_of",
    "tam_month",
    "tam_months",
]
