"""Following a ticket: ours are told of what happens, clients get copies of what we write."""

from datetime import datetime

from django.db import transaction

from apps.contracts.models import AuthorisedUser, OptOut, User
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Message, Ticket, Watcher
from apps.tickets.rules.history import Kind
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.services.notice import is_watched
from apps.tickets.services.record import Refused, lock, record, settle


@transaction.atomic
def watch(
    *,
    ticket: Ticket,
    by: User,
    at: datetime,
    user: User | None = None,
    client: AuthorisedUser | None = None,
) -> None:
    """Let somebody follow a ticket: one of ours, or a client in copy. The same again: nothing.

    What clients get is in the ticket's log, with who let them.

    Clause: V-3.5 (only the order's own users hear of its tickets).

    :raises Refused: that person is not to hear of this ticket; the message says why.
    """
    if user is not None and not (user.is_active and user.is_staff):
        raise Refused(f"{user} does not work here any more, so there is nobody to tell.")
    ticket = lock(ticket)
    if client is not None:
        _check(ticket, client)
    _, is_new = Watcher.objects.get_or_create(
        ticket=ticket, user=user, client=client, defaults={"since_at": at}
    )
    if is_new and client is not None:
        _log(ticket, f"{client.name} gets copies of what we write", by=by, at=at)


@transaction.atomic
def unwatch(
    *,
    ticket: Ticket,
    by: User,
    at: datetime,
    user: User | None = None,
    client: AuthorisedUser | None = None,
) -> None:
    """Let somebody follow a ticket no more. The same again: nothing."""
    ticket = lock(ticket)
    gone, _ = Watcher.objects.filter(ticket=ticket, user=user, client=client).delete()
    if gone and client is not None:
        _log(ticket, f"{client.name} gets no copies any more", by=by, at=at)


def copy(*, message: Message, at: datetime) -> None:
    """Send what is written to the client to those in copy too, each in a mail of their own.

    Who does not want copies gets none.
    """
    if not is_watched(message.ticket):
        return
    watching = Watcher.objects.filter(ticket=message.ticket_id).order_by()
    clients = AuthorisedUser.objects.filter(is_active=True, pk__in=watching.values("client"))
    others = clients.exclude(pk=message.ticket.requester_id).wanting(OptOut.Kind.COPIES)
    for pk, email in others.order_by("pk").values_list("pk", "email"):
        if is_plain_address(email):
            enqueue(
                topic="ticket.replied",
                key=f"message:{message.pk}:client-{pk}",
                recipient=email,
                payload={"message_id": message.pk, "client_id": pk},
                at=at,
                message_id=mail_id(message.ticket_id, f"message-{message.pk}-{pk}"),
            )


def _check(ticket: Ticket, client: AuthorisedUser) -> None:
    if client.order_id != ticket.order_id:
        raise Refused(
            f"{client.name} is no authorised user of {ticket.order}, and may not read along.",
            clause="V-3.5",
        )
    if not client.is_active:
        raise Refused(
            f"{client.name} is not active any more. Choose somebody who is.", clause="V-3.5"
        )
    if client.pk == ticket.requester_id:
        raise Refused(
            f"{client.name} asked for this, and gets every answer anyway.", clause="V-3.5"
        )


def _log(ticket: Ticket, what: str, *, by: User, at: datetime) -> None:
    record(ticket=ticket, kind=Kind.NOTED, at=at, by=by, facts={"what": what})
    settle(ticket=ticket)
