"""Maintenance from its plan to its end. Whoever was told is told each change of it.

Every act takes ``seen``, the edition that its page showed: of two people the second is told that
somebody was first; the same person's double click changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.changes.models import Maintenance, MaintenanceObject
from apps.changes.models.maintenance import LONGEST_OBJECT, LONGEST_TITLE
from apps.changes.queries.audience import audience_of
from apps.changes.rules.maintenance import OPEN, Act, State, leads_to
from apps.changes.services.maintenance_held import (
    MaintenanceRefused,
    as_seen,
    hold,
    is_repeated,
    keep,
    words,
)
from apps.changes.services.maintenance_telling import Words, tell
from apps.contracts.models import Account, Service, User
from apps.contracts.models.names import validate_name
from apps.contracts.services.orders import sign

MOST_OBJECTS = 2_000  # of one maintenance


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, when, and what it touches. ``objects`` are (account, name)."""

    title: str
    description: str
    impact: str
    starts_at: datetime
    ends_at: datetime
    services: Sequence[Service] = ()
    objects: Sequence[tuple[Account, str]] = ()


@transaction.atomic
def plan_maintenance(*, work: Work, by: User, source_key: str, at: datetime) -> Maintenance:
    """Plan maintenance. Nobody is told yet. The same ``source_key`` again is the same plan.

    Clause: S-11.

    :raises MaintenanceRefused: the window is closed, or the work does not say what it is, what it
        touches, or names what its owner has no order for.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # a double click waits for the first
    there = Maintenance.objects.filter(source_key=source_key).first()
    if there is not None:
        return there
    row = Maintenance(author=by, planned_at=at, source_key=source_key)
    _put(row, work, at=at)
    keep(row, reason="Planned", by=by, at=at)
    _touch(row, work, reason="Planned", by=by, at=at)
    return row


@transaction.atomic
def amend_maintenance(
    *, maintenance: Maintenance, seen: int, work: Work, words_to: Words, by: User, at: datetime
) -> Maintenance:
    """Change what is planned. Once it is announced everybody concerned is told, and why.

    Told are who was told before, though they are not affected any more, and who is new. What is
    amended to what it was changes nothing.

    Clause: S-11.

    :raises MaintenanceChanged: somebody changed it since it was shown.
    :raises NoticeTooShort: somebody gets less notice than is owed, without a reason.
    :raises MaintenanceRefused: as for planning; or it is over, or nobody says why.
    """
    row = hold(maintenance)
    if is_repeated(row, seen=seen, state=row.state, by=by) and _is_as(row, work):
        return row
    as_seen(row, seen=seen)
    if row.state not in OPEN:
        raise MaintenanceRefused(f"{row.number} is {row.get_state_display().lower()}: plan anew.")
    if _is_as(row, work):
        return row
    why = words(
        words_to.why, "Say why it changes: who was told reads it." if row.announced_at else ""
    )
    _put(row, work, at=at)
    _touch(row, work, reason=why or "Amended", by=by, at=at)
    if row.announced_at is not None:
        short = words(words_to.short_because, "")
        tell(row, Words(why, short), by=by, at=at)
    keep(row, reason=why or "Amended", by=by, at=at)
    return row


@transaction.atomic
def act_on_maintenance(
    *,
    maintenance: Maintenance,
    act: Act,
    seen: int,
    by: User,
    at: datetime,
    words_to: Words | None = None,
) -> Maintenance:
    """Announce, confirm, start, finish or cancel maintenance, and tell whom it concerns.

    To announce is to say that it may take place; to confirm, that it does. What nobody was told of
    is cancelled without a word to anybody.

    Clause: S-11.

    :raises MaintenanceChanged: somebody changed it since it was shown.
    :raises NoticeTooShort: somebody gets less notice than is owed, without a reason.
    :raises MaintenanceRefused: it cannot be done from there or at that hour; a cancellation of
        what was announced does not say why; or nobody would be told.
    """
    row, given = hold(maintenance), words_to or Words()
    wanted = leads_to(act, State(row.state))
    reached = {leads_to(act, state) for state in State}
    is_told = act is not Act.ANNOUNCE or row.announced_at is not None
    if row.state in reached and is_told and is_repeated(row, seen=seen, state=row.state, by=by):
        return row
    as_seen(row, seen=seen)
    if wanted is None or (act is Act.ANNOUNCE and row.announced_at is not None):
        state = row.get_state_display().lower()
        raise MaintenanceRefused(f"{row.number} is {state}: there is nothing to {act.lower()}.")
    _check_hour(row, act, at=at)
    needs_why = act is Act.CANCEL and row.announced_at is not None
    why = words(given.why, "Say why it is cancelled: who was told reads it." if needs_why else "")
    short = words(given.short_because, "")
    row.state = wanted
    if act is Act.START:
        row.began_at = at
    if act in (Act.FINISH, Act.CANCEL):
        row.over_at = at
    if act is not Act.CANCEL or row.announced_at is not None:
        tell(row, Words(why, short), by=by, at=at)
    reason = why or ("Announced" if act is Act.ANNOUNCE else row.get_state_display())
    keep(row, reason=reason, by=by, at=at)
    return row


def _check_hour(row: Maintenance, act: Act, *, at: datetime) -> None:
    is_closed = row.ends_at <= at
    if act in (Act.ANNOUNCE, Act.CONFIRM, Act.START) and is_closed:
        raise MaintenanceRefused("Its window is closed. Amend it to one that lies ahead.")
    if act is Act.START and at < row.starts_at:
        raise MaintenanceRefused("Its window is not open yet. Amend it first, so that all know.")


def _put(row: Maintenance, work: Work, *, at: datetime) -> None:
    """Set the row's own fields.

    :raises MaintenanceRefused: something is missing, or does not fit.
    """
    if work.impact not in Maintenance.Impact.values:
        raise MaintenanceRefused("Say what impact is expected.")
    if work.ends_at <= work.starts_at:
        raise MaintenanceRefused("The window has to end after it starts.")
    if work.ends_at <= at and (row.starts_at, row.ends_at) != (work.starts_at, work.ends_at):
        raise MaintenanceRefused("This window is closed already. Choose one that lies ahead.")
    row.title = _name(work.title, "Say in a line what it is.", LONGEST_TITLE)
    row.description = words(work.description, "Say what is done: clients read it.")
    row.impact, row.starts_at, row.ends_at = work.impact, work.starts_at, work.ends_at


def _touch(row: Maintenance, work: Work, *, reason: str, by: User, at: datetime) -> None:
    """Set what the row touches.

    :raises MaintenanceRefused: nothing, too much, or an object of somebody without an order.
    """
    if not work.services and not work.objects:
        raise MaintenanceRefused("Name a service or an object: from them follows who is told.")
    if len(work.objects) > MOST_OBJECTS:
        raise MaintenanceRefused(f"Name at most {MOST_OBJECTS:,} objects.")
    named = {
        (account.pk, _name(name, "Name each object.", LONGEST_OBJECT)): account
        for account, name in work.objects
    }
    sign(row, reason=reason, by=by, at=at)
    row.services.set(work.services)
    there = {(each.account_id, each.name): each for each in row.named_objects.all()}
    for place in there.keys() - named.keys():
        sign(there[place], reason="Taken out", by=by, at=at)
        there[place].delete()
    for place in sorted(named.keys() - there.keys()):
        added = MaintenanceObject(maintenance=row, account=named[place], name=place[1])
        sign(added, reason="Named", by=by, at=at)
        added.save()
    told = {reader.account.pk for reader in audience_of(row)} if named else set()
    without = sorted({str(owner) for owner in named.values() if owner.pk not in told})
    if without:
        raise MaintenanceRefused(
            f"{', '.join(without)}: no order is in force in the window, so nobody is told of the"
            " objects. Take them out."
        )


def _is_as(row: Maintenance, work: Work) -> bool:
    """Tell whether the row is as the work says already."""
    objects = {(account.pk, name.strip()) for account, name in work.objects}
    return (
        (row.title, row.description, row.impact, row.starts_at, row.ends_at)
        == (
            work.title.strip(),
            work.description.replace("\r\n", "\n").strip(),
            work.impact,
            work.starts_at,
            work.ends_at,
        )
        and {each.pk for each in row.services.all()} == {each.pk for each in work.services}
        and {(each.account_id, each.name) for each in row.named_objects.all()} == objects
    )


def _name(text: str, empty: str, longest: int) -> str:
    name = text.strip()
    if not name:
        raise MaintenanceRefused(empty)
    if len(name) > longest:
        raise MaintenanceRefused(f"“{name[:40]}…” is longer than {longest} characters.")
    try:
        validate_name(name)
    except ValidationError as problem:
        raise MaintenanceRefused(f"“{name}”: {' '.join(problem.messages)}") from None
    return name
