"""How requests come in: one mail at a time, and the one door for all others."""

from apps.intake.services.appointments import Booked, request_appointment
from apps.intake.services.mails import (
    BATCH,
    TooBig,
    process,
    process_pending,
    receive_mail,
)
from apps.intake.services.refuse import refuse, tell, was_told
from apps.intake.services.request import KnownSender, Taken, refuse_stranger, request_support

__all__ = [
    "BATCH",
    "Booked",
    "KnownSender",
    "Taken",
    "TooBig",
    "process",
    "process_pending",
    "receive_mail",
    "refuse",
    "refuse_stranger",
    "request_appointment",
    "request_support",
    "tell",
    "was_told",
]
