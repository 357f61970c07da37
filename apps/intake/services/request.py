"""The one door: whoever asks, by whatever channel, gets a ticket or a reasoned no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.contracts import queries as contracts
from apps.contracts.models import Account, AuthorisedUser, Reason, Service, Severity, User
from apps.contracts.rules.entitlement import Answer, Wanted
from apps.intake.models import RefusedRequest
from apps.intake.services.refuse import refuse, tell
from apps.outbox.rules.address import is_plain_address
from apps.tickets import services as tickets
from apps.tickets.models import Ticket

TO_THE_TAM = (Ticket.Channel.TAM, Ticket.Channel.CHAT)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request: a ticket, or a refusal that is kept. Never both."""

    ticket: Ticket | None = None
    refused: RefusedRequest | None = None


@transaction.atomic
def request_support(
    *,
    requester: AuthorisedUser,
    channel: str,
    wanted: Wanted,
    subject: str,
    text: str,
    at: datetime,
    source_key: str,
    by: User | None = None,
    severity: Severity | None = None,
    category: Reason | None = None,
    service: Service | None = None,
    is_disconnection: bool = False,
    to_tam: bool | None = None,
    uploads: Sequence[tickets.Upload] = (),
    mark: str = "",
) -> Taken:
    """Register what a known person asks for, or refuse it and tell them; the answer is kept.

    ``source_key`` names the request: the same again gives the same result, and does nothing twice.
    ``by`` is who took it, where one of us did. What was asked of the TAM, or in the chat with the
    TAM, goes to the TAM's desk; ``to_tam`` says so where the channel does not tell. ``uploads`` are
    kept with the ticket; of what is refused they are not kept. ``mark`` is what staff should know
    of the message.

    Clause: V-1.2, V-3.1, V-3.5, V-6.4, V-8.1, S-1, S-2.1, S-3, S-12.

    :raises tickets.Refused: the severity or the category is another policy's.
    """
    # Of two that bring the same request, the second waits here and finds what became of it. And
    # the ticket is under the order's terms of this moment.
    requester = AuthorisedUser.objects.select_for_update(no_key=True).get(pk=requester.pk)
    known = _known(source_key)
    if known is not None:
        return known
    about: dict[str, Any] = {"severity": severity, "category": category, "service": service}
    said: dict[str, Any] = {"channel": channel, "subject": subject, "text": text, "at": at}
    answer = contracts.entitled_user(
        user=requester, at=at, wants=wanted, is_disconnection=is_disconnection, **about
    )
    if answer.entitled:
        ticket = tickets.register(
            requester=requester,
            source_key=source_key,
            entitled=answer.as_json() | ({"is_disconnection": True} if is_disconnection else {}),
            to_tam=channel in TO_THE_TAM if to_tam is None else to_tam,
            by=by,
            uploads=uploads,
            mark=mark,
            **about,
            **said,
        )
        return Taken(ticket=ticket)
    return Taken(
        refused=turn_down(
            answer, requester, wanted=wanted, source_key=source_key, by=by, **about, **said
        )
    )


def turn_down(answer: Answer, requester: AuthorisedUser, **asked: Any) -> RefusedRequest:
    """Keep what a known person was refused, with the answer, and tell them.

    Clause: V-1.2, V-3.5.
    """
    refused = refuse(answer=answer, person=requester, sender=requester.email, **asked)
    tell(refused)
    return refused


class KnownSender(Exception):
    """Who asks is an authorised user after all; the message says of which order."""


@transaction.atomic
def refuse_stranger(
    *,
    sender: str,
    channel: str,
    subject: str,
    text: str,
    at: datetime,
    source_key: str,
    by: User,
    account: Account | None = None,
) -> RefusedRequest:
    """Keep what somebody asks who is no authorised user; nothing of it is processed.

    ``sender`` is their address, and then they are told; or their name. ``account`` is the one that
    they name. ``source_key`` names the request: the same again is the same refusal, told once.

    Clause: V-1.2, V-3.5.

    :raises KnownSender: the address is that of an authorised user.
    """
    before = RefusedRequest.objects.filter(source_key=source_key).first()
    if before is not None:
        return before
    user = contracts.user_at(sender, account=account)
    if user is not None:
        raise KnownSender(
            f"{sender} is an authorised user of order {user.order.number}: find them by that"
            " address, and ask in their name."
        )
    answer, order = contracts.entitled_stranger(sender=sender, account=account, at=at)
    try:
        with transaction.atomic():
            refused = refuse(
                answer=answer,
                person=None,
                sender=sender,
                account=account,
                order=order,
                channel=channel,
                subject=subject,
                text=text,
                at=at,
                source_key=source_key,
                by=by,
            )
    except IntegrityError:
        # The same request came at the same time, and was kept by then.
        return RefusedRequest.objects.get(source_key=source_key)
    if is_plain_address(sender):
        tell(refused)
    return refused


def _known(source_key: str) -> Taken | None:
    """Return what became of the request of that name, if it came before."""
    ticket = Ticket.objects.filter(source_key=source_key).first()
    refused = RefusedRequest.objects.filter(source_key=source_key).first()
    return Taken(ticket, refused) if ticket or refused else None
