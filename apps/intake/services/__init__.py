"""How requests come in: one mail at a time, and the one door for all others."""

from apps.intake.services.alerts_handle import handle_again, handle_alerts
from apps.intake.services.alerts_read import read_again, read_posts
from apps.intake.services.appointments import Booked, request_appointment
from apps.intake.services.calls import (
    Said,
    add_call,
    redirect_call,
    redirections,
    refuse_call,
    register_call,
    settle_call,
)
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
from apps.intake.services.monitoring import (
    end_secret,
    forget_posts,
    make_secret,
    note_post_too_big,
    source_shown,
    take_post,
)
from apps.intake.services.refuse import refuse, tell, was_told
from apps.intake.services.release import RELEASED, NotReleased, release
from apps.intake.services.reply import reply
from apps.intake.services.request import KnownSender, Taken, refuse_stranger, request_support
from apps.intake.services.voice import Left, caller_at, know_caller, settle_voice, take_voice
from apps.intake.services.voice_follow import Followed, follow_voice

__all__ = [
    "BATCH",
    "RELEASED",
    "Booked",
    "Followed",
    "KnownSender",
    "Left",
    "MailboxTrouble",
    "NotReleased",
    "Polled",
    "Said",
    "Taken",
    "TooBig",
    "add_call",
    "caller_at",
    "end_secret",
    "follow_voice",
    "forget_posts",
    "handle_again",
    "handle_alerts",
    "know_caller",
    "make_secret",
    "note_post_too_big",
    "note_too_big",
    "poll_mailbox",
    "process",
    "process_pending",
    "read_again",
    "read_posts",
    "receive_mail",
    "redirect_call",
    "redirections",
    "refuse",
    "refuse_call",
    "refuse_stranger",
    "register_call",
    "release",
    "release_held",
    "reply",
    "request_appointment",
    "request_support",
    "settle_call",
    "settle_voice",
    "source_shown",
    "take_post",
    "take_voice",
    "tell",
    "was_told",
]
