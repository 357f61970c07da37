"""How one of ours is reached at once: by mail, and by each service that they named."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from apps.contracts.models import User
from apps.escalation.models import StaffContact
from apps.escalation.models.contacts import LONGEST_ADDRESS
from apps.outbox.enqueue import enqueue
from apps.outbox.models import Message
from apps.outbox.pushes import is_known_service
from apps.outbox.rendering import Withdrawn
from apps.outbox.rules.address import is_plain_address
from apps.tickets.services import Refused

TESTED = "contact.tested"
NOTICE = "contact.notice"
LONGEST_PUSH = 1500  # characters: services cut what is longer, or refuse it
MOST_CONTACTS = 10


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a person. ``facts``: what its renderer must know to find the address."""

    key: str
    channel: str
    recipient: str
    facts: Mapping[str, int] = field(default_factory=dict)


def reach(user: User) -> list[Way]:
    """Return every way to a person; none: they cannot be reached.

    Clause: S-2.
    """
    ways = []
    if is_plain_address(user.email):
        ways.append(Way("mail", Message.Channel.PAGE, user.email))
    for contact in user.contacts.filter(is_active=True).order_by("pk"):
        ways.append(_way(contact))
    return ways


def add_contact(*, user: User, label: str, address: str) -> StaffContact:
    """Let a person be paged by a service that apprise speaks.

    Clause: S-2.

    :raises Refused: the address is of no service, there are too many, or one of that name.
    """
    label, address = " ".join(label.split()), address.strip()
    # Asked before anything is held: it takes a second.
    if len(address) > LONGEST_ADDRESS or not is_known_service(address):
        raise Refused(
            "This address is of no service that is known, or not complete. It begins with the"
            " service, such as tgram://, slack:// or json://."
        )
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.contacts.count() >= MOST_CONTACTS:
            raise Refused(f"{MOST_CONTACTS} are enough: remove one first.")
        if user.contacts.filter(label=label).exists():
            raise Refused(f"You have one that is called “{label}”: choose another name.")
        return StaffContact.objects.create(user=user, label=label, address=address)


@transaction.atomic
def remove_contact(*, contact: StaffContact) -> None:
    """Forget a contact and its address; what waits to go there is withdrawn.

    Clause: S-2.
    """
    contact.delete()


@transaction.atomic
def send_test(*, contact: StaffContact, at: datetime, act_key: str) -> Message:
    """Send a few words by a contact, so that its owner sees whether they arrive.

    Clause: S-2.
    """
    way = _way(contact)
    return enqueue(
        topic=TESTED,
        key=f"contact:{contact.pk}:test:{act_key}",
        recipient=way.recipient,
        channel=way.channel,
        payload=dict(way.facts),
        at=at,
    )


@transaction.atomic
def choose_notices(*, contact: StaffContact, wanted: bool) -> None:
    """Let notices go to a contact too, besides pages; or no more."""
    contact.takes_notices = wanted
    contact.save(update_fields=["takes_notices"])


@transaction.atomic
def forward_notice(*, address: str, key: str, title: str, text: str, at: datetime) -> None:
    """Let what a mail of notices said reach a person by the services that they chose for that.

    ``key`` names the mail: the same one again reaches nobody twice.
    """
    wanted = StaffContact.objects.filter(
        user__email=address, user__is_active=True, is_active=True, takes_notices=True
    )
    for contact in wanted.select_related("user").order_by("pk"):
        way = _way(contact)
        said = {"title": title, "text": text[:LONGEST_PUSH]}
        enqueue(
            topic=NOTICE,
            key=f"{way.key}:notice:{_digest(key)}",
            recipient=way.recipient,
            channel=way.channel,
            payload={**way.facts, **said},
            at=at,
        )


def address_of(contact_id: int) -> str:
    """Return the secret address of a contact.

    :raises Withdrawn: it is not there any more.
    """
    contact = StaffContact.objects.filter(pk=contact_id, is_active=True).first()
    if contact is None:
        raise Withdrawn("The contact is not there any more.")
    return contact.address


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def masked(address: str) -> str:
    """Return what may be shown of a secret address: its service.

    Clause: S-2.
    """
    return f"{address.partition('://')[0]}://••••"


def _way(contact: StaffContact) -> Way:
    return Way(
        f"contact:{contact.pk}",
        Message.Channel.PUSH,
        f"{contact.user.username}: {contact.label}"[:254],
        {"contact_id": contact.pk},
    )
