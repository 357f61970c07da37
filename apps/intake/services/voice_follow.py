"""After a voice message: the ticket that comes is joined, and one that does not is asked for.

Rows and a tick: each that waits for its ticket is looked at, and the instants of its reminders are
the policy's as they were when it came.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5

from django.db import transaction

from apps.contracts.models import AuthorisedUser
from apps.escalation.services import paging
from apps.intake.models import VoiceMessage
from apps.outbox.enqueue import InvalidRecipient, enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Ticket
from apps.tickets.queries import duty_managers

ASKED, MISSING = "voice.ticket_asked", "voice.ticket_missing"
BATCH = 200
State = VoiceMessage.State


@dataclass(frozen=True, slots=True)
class Followed:
    """How many got their ticket, and how many were chased once more."""

    joined: int = 0
    chased: int = 0


def follow_voice(*, at: datetime) -> Followed:
    """Join each voice message that paged to the ticket that came; chase where none did.

    Safe to run late, twice, or on many workers at once. However late it runs, each reminder that
    is due goes out as one.

    Clause: S-2.
    """
    joined = chased = last = 0
    while True:
        with transaction.atomic():
            rows = VoiceMessage.objects.filter(state=State.PAGED, pk__gt=last).order_by("pk")
            # SQLite has no such lock, and needs none: its transactions write in turn.
            held = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
            batch = list(held.select_related("person", "page").defer("recording")[:BATCH])
            for voice in batch:
                ticket = _ticket_of(voice)
                if ticket is not None:
                    _join(voice, ticket, at=at)
                    joined += 1
                elif voice.next_at is not None and voice.next_at <= at:
                    _chase(voice, at=at)
                    chased += 1
        if len(batch) < BATCH:
            return Followed(joined, chased)
        last = batch[-1].pk


def ask(voice: VoiceMessage, *, at: datetime) -> None:
    """Ask the caller by mail to open a ticket; each reminder has a key of its own.

    Clause: S-2.
    """
    if voice.person is None:
        return
    try:
        enqueue(
            topic=ASKED,
            key=f"voice:{voice.pk}:ask:{voice.chased}",
            recipient=voice.person.email,
            payload={"voice_id": voice.pk, "chased": voice.chased},
            at=at,
        )
    except InvalidRecipient:
        return  # staff hear of it with the page


def _ticket_of(voice: VoiceMessage) -> Ticket | None:
    """Return the first ticket that came since, under any order of the caller's."""
    if voice.person is None:
        return None
    same = AuthorisedUser.objects.filter(email__iexact=voice.person.email)
    tickets = Ticket.objects.filter(
        order__in=same.values("order"), registered_at__gte=voice.left_at
    )
    return tickets.order_by("pk").first()


def _join(voice: VoiceMessage, ticket: Ticket, *, at: datetime) -> None:
    page = voice.page
    if page is not None and page.ticket_id is None:
        paging.join_ticket(page=page, ticket=ticket)
    VoiceMessage.objects.filter(pk=voice.pk).update(
        state=State.SETTLED,
        next_at=None,
        ticket=ticket,
        settled_at=at,
        outcome=f"{ticket.number} came.",
    )


def _chase(voice: VoiceMessage, *, at: datetime) -> None:
    minutes = voice.chase_after
    passed = [each for each in minutes if voice.came_at + timedelta(minutes=each) <= at]
    voice.chased = max(len(passed), voice.chased + 1)
    ask(voice, at=at)
    is_last = voice.chased >= len(minutes)
    if is_last:
        _tell_ours(voice, at=at)
        voice.next_at = None
    else:
        voice.next_at = voice.came_at + timedelta(minutes=minutes[voice.chased])
    voice.save(update_fields=["chased", "next_at"])


def _tell_ours(voice: VoiceMessage, *, at: datetime) -> None:
    """Tell whoever has the page in hand that the ticket is missing; else the duty managers."""
    taker = voice.page.acknowledged_by if voice.page else None
    is_reached = taker is not None and taker.is_active and is_plain_address(taker.email)
    addresses = [taker.email] if taker and is_reached else duty_managers()
    for address in addresses:
        digest = md5(address.encode(), usedforsecurity=False).hexdigest()
        enqueue(
            topic=MISSING,
            key=f"voice:{voice.pk}:missing:{digest}",
            recipient=address,
            payload={"voice_id": voice.pk},
            at=at,
        )
