"""How requests come in: one mail at a time, and the one door for all others."""

from apps.intake.services.appointments import Booked, request_appointment
from apps.intake.services.mails import (
    BATCH,
    TooBig,
    process,
    process_pending,
    receive_mail,
)
from apps.intake.services.refuse import refuse, tell
from apps.intake.services.request import Taken, request_support

__all__ = [
    "BATCH",
    "Booked",
    "Taken",
    "TooBig",
    "process",
    "process_pending",
    "receive_mail",
    "refuse",
    "request_appointment",
    "request_support",
    "tell",
]
