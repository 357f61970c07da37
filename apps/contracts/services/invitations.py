"""Invitations to the portal: a link by mail, taken up once, by whom it was sent to.

A link is signed over the person, their address and the instant of the invitation: a later one, or
another address, and it is worth nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from apps.contracts.models import AuthorisedUser, Order, User
from apps.contracts.services.orders import sign
from apps.outbox.enqueue import enqueue

INVITED = "person.invited"
SALT = "contracts.invitation"
LASTS = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=1)  # a second press of the button is no second invitation


class InvitationRefused(Exception):
    """The person cannot be invited so. The message says why, and what to do."""


class InvitationOver(Exception):
    """The link is not worth anything. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that holds: to whom, and whose login has that address; None: nobody's yet."""

    person: AuthorisedUser
    user: User | None


@transaction.atomic
def invite(*, person: AuthorisedUser, by: User | None, at: datetime) -> AuthorisedUser:
    """Mail a person the link by which they take their seat in the portal. Earlier links end.

    It says and does the same whether somebody signs in with that address already or not.

    Clause: V-3.5.

    :raises InvitationRefused: they sit there already, are not active, their order is a draft, or
        they were invited a moment ago.
    """
    person = _held(person.pk)
    refusal = refusal_of(person, at=at)
    if refusal:
        raise InvitationRefused(refusal)
    person.invited_at = at
    sign(person, reason="Invited to the portal", by=by, at=at)
    person.save(update_fields=["invited_at"])
    enqueue(
        topic=INVITED,
        key=f"person:{person.pk}:invited:{at.isoformat()}",
        recipient=person.email,
        payload={"person_id": person.pk, "invited_at": at.isoformat()},
        at=at,
    )
    return person


def refusal_of(person: AuthorisedUser, *, at: datetime) -> str:
    """Return why a person is not invited; "": they can be. Their order is read."""
    if person.is_joined:
        return f"{person.name} is in the portal since {person.joined_at:%Y-%m-%d}."
    if not person.is_active:
        return f"{person.name} is not active: tick that they are, then invite them."
    if person.order.state == Order.State.DRAFT:
        return f"{person.order} is a draft: execute it, then invite its people."
    if person.invited_at is not None and at - person.invited_at < AGAIN_AFTER:
        return f"{person.name} was invited a moment ago. Wait a minute before you do it again."
    return ""


def token_of(person: AuthorisedUser) -> str:
    """Return what the link of a person's last invitation ends in."""
    if person.invited_at is None:
        raise InvitationRefused(f"{person.name} was not invited.")
    said = [person.pk, person.email.lower(), person.invited_at.isoformat()]
    return signing.dumps(said, salt=SALT)


def read_invitation(*, token: str, at: datetime) -> Invitation:
    """Return what a link invites to.

    :raises InvitationOver: it was taken up, is older than a week, was followed by another one, the
        person or their address is another by now, or it was not made here.
    """
    person = _invited(token, at=at)
    return Invitation(person, user_with(person.email))


@transaction.atomic
def join_as_new(*, token: str, name: str, password: str, at: datetime) -> User:
    """Make a login for a person without one, and seat them. Their address is proved by the link.

    The password was checked by the form that it was typed into.

    Clause: V-3.5.

    :raises InvitationOver: see `read_invitation`; or their address has a login by now.
    """
    person = _held(_invited(token, at=at).pk)
    _invited(token, at=at)  # again, now that nobody else can take it up
    address = person.email.lower()
    taken = InvitationOver(
        "Somebody signs in with this address already. Sign in, then open the link again."
    )
    if user_with(address) is not None:
        raise taken
    user = User(username=address, email=address, first_name=name)
    user.time_zone = person.order.zone.key
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise taken from error
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    _seat(person, user, at=at)
    return user


@transaction.atomic
def join(*, token: str, user: User, at: datetime) -> AuthorisedUser:
    """Seat somebody who has signed in with the address that was invited.

    Clause: V-3.5.

    :raises InvitationOver: see `read_invitation`; or it was sent to somebody else.
    """
    person = _held(_invited(token, at=at).pk)
    _invited(token, at=at)
    if user_with(person.email) != user:
        raise InvitationOver(
            "This invitation was sent to somebody else's address. Sign in as them to take it up."
        )
    _seat(person, user, at=at)
    return person


def user_with(address: str) -> User | None:
    """Return who signs in with an address: who has proved it, else whose login names it."""
    wanted = address.lower()
    proved = EmailAddress.objects.filter(email=wanted, verified=True).select_related("user").first()
    if proved is not None:
        return proved.user  # type: ignore[no-any-return]
    named = User.objects.alias(address=Lower("email")).filter(address=wanted)
    return named.order_by("-is_active", "pk").first()


def _seat(person: AuthorisedUser, user: User, *, at: datetime) -> None:
    person.user, person.joined_at, person.joined_address = user, at, person.email.lower()
    sign(person, reason="Took up the invitation", by=user, at=at)
    person.save(update_fields=["user", "joined_at", "joined_address"])


def _held(pk: int) -> AuthorisedUser:
    rows = AuthorisedUser.objects.select_for_update(of=("self",))
    return rows.select_related("order__account", "order__version").get(pk=pk)


def _invited(token: str, *, at: datetime) -> AuthorisedUser:
    """Return whom a link invites, unlocked.

    :raises InvitationOver: it is not worth anything.
    """
    try:
        pk, address, invited_at = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InvitationOver("This link is not complete. Copy all of it.") from None
    rows = AuthorisedUser.objects.select_related("order__account", "order__version")
    person = rows.filter(pk=pk).first()
    if person is None or not person.is_active or person.email.lower() != address:
        raise InvitationOver("This invitation was taken back. Ask for a new one.")
    if person.is_joined:
        raise InvitationOver("This invitation was taken up already. Sign in.")
    if person.invited_at is None or person.invited_at.isoformat() != invited_at:
        raise InvitationOver("A newer invitation was sent to you. Open the link in that mail.")
    if at - person.invited_at > LASTS:
        raise InvitationOver(f"This invitation is older than {LASTS.days} days. Ask for a new one.")
    return person
