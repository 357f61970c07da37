"""The people of an order, as those of them keep it who may manage users.

While the dashboard is suspended nobody is added, changed or ended by them; what staff do by hand is
not asked for. Whom it concerns hears of it by mail.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from apps.contracts.models import RIGHTS, Account, AuthorisedUser, Order
from apps.contracts.queries.people import edition_of
from apps.contracts.services.invitations import InvitationRefused, invite
from apps.contracts.services.orders import sign
from apps.contracts.services.self_service import check_dashboard
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

CHANGED, ENDED = "person.changed", "person.ended"
CLAUSE = "V-3.5"
FIELDS = ("name", "email", "phone")


class PersonRefused(Exception):
    """It is not done; the message says why, and what to do. ``field``: what it is about."""

    def __init__(self, why: str, *, clause: str = "", field: str = "") -> None:
        super().__init__(why)
        self.clause = clause
        self.field = field


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who somebody is, and which of RIGHTS they have."""

    name: str
    email: str
    phone: str
    rights: frozenset[str]


@transaction.atomic
def add_person(
    *, by: AuthorisedUser, to: Particulars, reason: str = "", at: datetime
) -> AuthorisedUser:
    """Add somebody to the order of who adds them, and invite them to the portal.

    Clause: V-3.5, S-12.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises PersonRefused: who adds them may not, or has not what they give; the order is over; the
        address is known to it already, or is none.
    """
    manager = _begin(by)
    _check_order(manager.order)
    _check_given(manager, to.rights)
    person = AuthorisedUser(order=manager.order, is_active=True)
    _write(person, to, reason=reason or "Added in the portal", by=manager, at=at)
    return _invite(person, manager, at=at)


@transaction.atomic
def change_person(
    *,
    person: AuthorisedUser,
    by: AuthorisedUser,
    to: Particulars,
    seen: int,
    reason: str = "",
    at: datetime,
) -> AuthorisedUser:
    """Change who somebody is, or what they may do. ``seen`` is the edition that was read.

    Under another address they are invited anew, and nobody sits there until they join. What is the
    same changes nothing.

    Clause: V-3.5, S-12.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises PersonRefused: see `add_person`; they have ended or were changed meanwhile; or nobody
        would be left to manage users.
    """
    manager = _begin(by)
    now = _held(person, manager, seen=seen)
    if not now.is_active:
        raise PersonRefused(f"{now.name} has ended. Bring them back first.")
    before, old = now.rights, now.email
    if to == Particulars(now.name, old, now.phone, before):
        return now
    is_other = old.lower() != to.email.strip().lower()
    # Who is let in under another address is given all that the seat may.
    _check_given(manager, to.rights if is_other else to.rights - before)
    if is_other:
        now.invited_at = None
    _write(now, to, reason=reason or "Changed in the portal", by=manager, at=at)
    _check_managed(now.order)
    if is_other:
        _tell(now, ENDED, old, manager, at=at)
        return _invite(now, manager, at=at)
    if now.rights != before:
        given, taken = sorted(now.rights - before), sorted(before - now.rights)
        _tell(now, CHANGED, now.email, manager, at=at, given=given, taken=taken)
    return now


@transaction.atomic
def end_person(
    *, person: AuthorisedUser, by: AuthorisedUser, reason: str, at: datetime
) -> AuthorisedUser:
    """End somebody: from now on they open nothing and see nothing. The same again: nothing.

    Clause: V-3.5, S-12.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises PersonRefused: who ends them may not; nobody says why; or nobody would be left to
        manage users.
    """
    manager = _begin(by)
    now = _held(person, manager)
    if not now.is_active:
        return now
    if not reason.strip():
        raise PersonRefused("Say why: the history keeps it.", field="reason")
    now.is_active = False
    sign(now, reason=reason.strip(), by=manager.user, at=at)
    now.save()
    _check_managed(now.order)
    _tell(now, ENDED, now.email, manager, at=at)
    return now


@transaction.atomic
def bring_back_person(
    *,
    person: AuthorisedUser,
    by: AuthorisedUser,
    to: Particulars,
    seen: int,
    reason: str = "",
    at: datetime,
) -> AuthorisedUser:
    """Bring somebody back who has ended; who never joined, or not at this address, is invited.

    Clause: V-3.5, S-12.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises PersonRefused: see `add_person`; they have not ended, or were changed meanwhile.
    """
    manager = _begin(by)
    now = _held(person, manager, seen=seen)
    if now.is_active:
        raise PersonRefused(f"{now.name} has not ended. Change them instead.")
    _check_order(now.order)
    _check_given(manager, to.rights)
    now.is_active, now.invited_at = True, None
    _write(now, to, reason=reason or "Brought back in the portal", by=manager, at=at)
    if not now.is_joined:
        return _invite(now, manager, at=at)
    _tell(now, CHANGED, now.email, manager, at=at, given=sorted(now.rights), is_back=True)
    return now


@transaction.atomic
def invite_again(*, person: AuthorisedUser, by: AuthorisedUser, at: datetime) -> AuthorisedUser:
    """Mail somebody who has not joined a new link; the earlier ones end.

    Clause: V-3.5, S-12.

    :raises DashboardSuspended: the account's dashboard is suspended.
    :raises PersonRefused: who invites them may not; they have joined or ended, or were invited a
        moment ago.
    """
    manager = _begin(by)
    return _invite(_held(person, manager), manager, at=at)


def _begin(by: AuthorisedUser) -> AuthorisedUser:
    """Hold the account, and return who acts as they are now.

    Of two acts, and of an act and a suspension, one waits for the other.
    """
    account = Account.objects.select_for_update(no_key=True).get(orders=by.order_id)
    rows = AuthorisedUser.objects.managing().select_related("order", "user")
    manager: AuthorisedUser | None = rows.filter(pk=by.pk).first()
    if manager is None:
        raise PersonRefused(
            f"{by.name} may not manage the users of {by.order}. Ask one who may.", clause=CLAUSE
        )
    check_dashboard(account=account)
    return manager


def _held(
    person: AuthorisedUser, manager: AuthorisedUser, *, seen: int | None = None
) -> AuthorisedUser:
    rows = AuthorisedUser.objects.select_for_update(of=("self",)).select_related("order")
    now: AuthorisedUser | None = rows.filter(pk=person.pk, order=manager.order_id).first()
    if now is None:
        raise PersonRefused(f"{person.name} is not of {manager.order}.", clause=CLAUSE)
    if seen is not None and edition_of(now) != seen:
        raise PersonRefused(
            f"Somebody changed {now.name} meanwhile. What you typed is kept: look, and send it"
            " again."
        )
    return now


def _check_order(order: Order) -> None:
    if order.state != Order.State.EXECUTED:
        state = order.get_state_display().lower()
        raise PersonRefused(f"{order} is {state}: nobody is added to it.", clause="V-1.2")


def _check_given(manager: AuthorisedUser, given: Collection[str]) -> None:
    unknown = sorted(set(given) - set(RIGHTS))
    if unknown:
        raise PersonRefused(f"“{unknown[0]}” is no right. Choose of {', '.join(RIGHTS)}.")
    lacking = [right for right in RIGHTS if right in given and right not in manager.rights]
    if lacking:
        words = ", ".join(f"“{words_of(right)}”" for right in lacking)
        raise PersonRefused(
            f"You can give only what you may yourself, and that is not {words}.",
            clause=CLAUSE,
            field=lacking[0],
        )


def words_of(right: str) -> str:
    """Return what one of RIGHTS is called."""
    return str(AuthorisedUser._meta.get_field(right).verbose_name)  # type: ignore[union-attr]


def _check_managed(order: Order) -> None:
    """Refuse what has just been saved if nobody is left who manages the order's users."""
    if not AuthorisedUser.objects.managing().filter(order=order).exists():
        raise PersonRefused(
            f"Nobody else who has joined may manage the users of {order}. Give somebody that right"
            " first, and let them take up their invitation.",
            clause=CLAUSE,
            field="may_manage_users",
        )


def _write(
    person: AuthorisedUser, to: Particulars, *, reason: str, by: AuthorisedUser, at: datetime
) -> None:
    person.name = " ".join(to.name.split())
    person.email, person.phone = to.email.strip(), to.phone.strip()
    for right in RIGHTS:
        setattr(person, right, right in to.rights)
    try:
        person.clean_fields(exclude=["order", "user"])
    except ValidationError as invalid:
        field, texts = next(iter(invalid.message_dict.items()))
        raise PersonRefused(" ".join(texts), field=field) from invalid
    sign(person, reason=reason.strip(), by=by.user, at=at)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise _known(person) from error


def _known(person: AuthorisedUser) -> PersonRefused:
    """Return what is said of an address that the order has already."""
    others = AuthorisedUser.objects.alias(address=Lower("email")).filter(order=person.order_id)
    other = others.get(address=person.email.lower())
    act = "Change them instead." if other.is_active else "They have ended: bring them back instead."
    return PersonRefused(
        f"{person.email} is a user of {person.order} already: {other.name}. {act}",
        clause=CLAUSE,
        field="email",
    )


def _invite(person: AuthorisedUser, manager: AuthorisedUser, *, at: datetime) -> AuthorisedUser:
    try:
        return invite(person=person, by=manager.user, at=at)
    except InvitationRefused as refusal:
        raise PersonRefused(str(refusal)) from refusal


def _tell(
    person: AuthorisedUser,
    topic: str,
    address: str,
    manager: AuthorisedUser,
    *,
    at: datetime,
    **facts: object,
) -> None:
    """Queue the mail on what has just been saved, to whom it concerns."""
    if is_plain_address(address):
        enqueue(
            topic=topic,
            key=f"{topic}:{person.pk}:{at.isoformat()}",
            recipient=address,
            payload={
                "person_id": person.pk,
                "address": address,
                "by": manager.name,
                **facts,
            },
            at=at,
        )
