"""Pages: an alert goes up its ladder, person by person, until somebody has it in hand.

A page is a row with the instant of its next rung. The tick takes rows that are due, tells whoever
has the rung and moves the instant, in one transaction: run late, twice or by many workers at once
it comes out the same. What goes out is rows of the outbox, and asks again when it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any

from django.db import transaction

from apps.contracts.models import User
from apps.escalation.models import Page, PageLadder, PageStep
from apps.escalation.queries.rotations import schedule
from apps.escalation.services.reaching import reach
from apps.outbox.bulk import insert_once
from apps.outbox.enqueue import enqueue
from apps.outbox.models import Message
from apps.tickets.models import Ticket
from apps.tickets.queries import duty_managers
from apps.tickets.services import Refused

RAISED, GIVEN_UP = "page.raised", "page.given_up"
BATCH = 100
State = Page.State


@dataclass(frozen=True, slots=True)
class Climbed:
    """How many people were told, and how many pages ended without anybody."""

    told: int = 0
    given_up: int = 0


@transaction.atomic
def raise_page(
    *,
    key: str,
    subject: str,
    text: str,
    ladder: PageLadder | None,
    at: datetime,
    source: str = "",
) -> Page:
    """Page whoever is first on the ladder, at once; the same key again is the same page.

    The ladder is copied: a later change of it holds for the next page. No ladder, or one without
    rungs: nobody can be told, which is an alarm of its own. ``source`` is the path of the admin's
    page that it is about.

    Clause: S-2, S-3.
    """
    page = Page(
        key=key,
        subject=" ".join(subject.split())[:250],
        text=text,
        source=source,
        ladder=ladder,
        path=path_of(ladder) if ladder else [],
        rounds=ladder.rounds if ladder else 1,
        raised_at=at,
        next_at=at,
    )
    if not insert_once(page):
        return Page.objects.get(key=key)
    _climb(page, at=at)
    return page


def climb_due(*, at: datetime) -> Climbed:
    """Tell the next rung of every page that is due and that nobody has in hand.

    Clause: S-2, S-3.
    """
    told = given_up = 0
    while True:
        with transaction.atomic():
            batch = list(
                Page.objects.due(at=at)
                .order_by("next_at", "pk")
                # SQLite has no such lock, and needs none: its transactions write in turn.
                .select_for_update(skip_locked=True, no_key=True)[:BATCH]
            )
            for page in batch:
                told += _climb(page, at=at)
                given_up += page.state != State.OPEN
        if len(batch) < BATCH:
            return Climbed(told, given_up)


@transaction.atomic
def acknowledge(*, page: Page, by: User, at: datetime) -> bool:
    """Take a page in hand: nobody else is told from here on. False: somebody has it already.

    Clause: S-2.
    """
    taken = Page.objects.open().filter(pk=page.pk)
    return bool(
        taken.update(state=State.ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=by, next_at=None)
    )


@transaction.atomic
def join_ticket(*, page: Page, ticket: Ticket) -> None:
    """Join a page to the ticket that it led to.

    Clause: S-2.

    :raises Refused: it is joined to another one.
    """
    held = Page.objects.select_for_update(no_key=True).get(pk=page.pk)
    if held.ticket_id not in (None, ticket.pk):
        raise Refused(f"This page belongs to {held.ticket} already.")
    Page.objects.filter(pk=page.pk).update(ticket=ticket)


def ladder_for(*, policy_id: int | None) -> PageLadder | None:
    """Return the ladder of a policy's clients; the default one for all others.

    Clause: S-2, S-3.
    """
    ladders = list(PageLadder.objects.all())
    own = (each for each in ladders if policy_id is not None and each.policy_id == policy_id)
    return next(own, None) or next((each for each in ladders if each.is_default), None)


def path_of(ladder: PageLadder) -> list[dict[str, Any]]:
    """Return the rungs of a ladder as a page keeps them."""
    return [
        {
            "rotation": rung.rotation_id,
            "user": rung.user_id,
            "title": str(rung.rotation or rung.user),
            "wait_minutes": rung.wait_minutes,
        }
        for rung in ladder.rungs.select_related("rotation", "user").order_by("position")
    ]


def _climb(page: Page, *, at: datetime) -> int:
    """Try rungs until somebody is told, and say when the next is due; return how many were told.

    A rung that nobody has, or whose person cannot be reached, costs no time.
    """
    steps = page.path * page.rounds
    while page.step < len(steps):
        rung = steps[page.step]
        person, why = _who(rung, at=at)
        told = bool(person and _tell(page, person, at=at))
        PageStep.objects.create(
            page=page,
            step=page.step,
            rung=rung["title"][:160],
            user=person if told else None,
            at=at,
            why=why if told or not person else f"{str(person)[:160]} has no address that works.",
        )
        page.step += 1
        if told:
            page.next_at = at + timedelta(minutes=rung["wait_minutes"])
            page.save(update_fields=["step", "next_at"])
            return 1
    _give_up(page, at=at)
    return 0


def _who(rung: dict[str, Any], *, at: datetime) -> tuple[User | None, str]:
    """Return who has a rung at an instant, or nobody; and why."""
    if rung["user"]:
        user = User.objects.filter(pk=rung["user"], is_active=True, is_staff=True).first()
        return user, "Named on the ladder." if user else "This person is not active staff any more."
    plan = schedule(rung["rotation"], since=at)
    if plan is None:
        return None, "The rotation is not in use any more."
    now = plan.now(at=at)
    if now.person is None:
        return None, "Nobody is on call."
    return now.person, "Agreed to be on call." if now.is_override else "On call by turn."


def _tell(page: Page, user: User, *, at: datetime) -> int:
    """Write what goes to a person, by every way that they have; return how many that are."""
    ways = reach(user)
    for way in ways:
        enqueue(
            topic=RAISED,
            key=f"page:{page.pk}:{page.step}:{user.pk}:{way.key}",
            recipient=way.recipient,
            channel=way.channel,
            payload={"page_id": page.pk, "user_id": user.pk, **way.facts},
            at=at,
        )
    return len(ways)


def _give_up(page: Page, *, at: datetime) -> None:
    """Say that nobody took it: whether nobody could be told, or nobody answered."""
    was_told = PageStep.objects.filter(page=page, user__isnull=False).exists()
    page.state = State.UNANSWERED if was_told else State.UNTOLD
    page.next_at, page.given_up_at = None, at
    page.save(update_fields=["step", "state", "next_at", "given_up_at"])
    _tell_managers(page, duty_managers(), at=at)


def _tell_managers(page: Page, addresses: Sequence[str], *, at: datetime) -> None:
    for address in addresses:
        digest = md5(address.encode(), usedforsecurity=False).hexdigest()
        enqueue(
            topic=GIVEN_UP,
            key=f"page:{page.pk}:given-up:{digest}",
            recipient=address,
            channel=Message.Channel.PAGE,
            payload={"page_id": page.pk},
            at=at,
        )


__all__ = [
    "Climbed",
    "Refused",
    "acknowledge",
    "climb_due",
    "join_ticket",
    "ladder_for",
    "raise_page",
]
