"""How requests come in: one mail at a time, and the one door for all others."""

from apps.intake.services.appointments import Booked, request_appointment
from apps.intake.services.mailbox import MailboxTrouble, Polled, poll_mailbox
from apps.intake.services.mails import (
    BATCH,
    TooBig,
    note_too_big,
    process,
    process_pending,
    receive_mail,
    release_held,
)
from apps.intake.services.refuse import refuse, tell, was_told
from apps.intake.services.release import RELEASED, NotReleased, release
from apps.intake.services.request import KnownSender, Taken, refuse_stranger, request_support

__all__ = [
    "BATCH",
    "RELEASED",
    "Booked",
    "KnownSender",
    "MailboxTrouble",
    "NotReleased",
    "Polled",
    "Taken",
    "TooBig",
    "note_too_big",
    "poll_mailbox",
    "process",
    "process_pending",
    "receive_mail",
    "refuse",
    "refuse_stranger",
    "release",
    "release_held",
    "request_appointment",
    "request_support",
    "tell",
    "was_told",
]
