"""One mail in: kept first, then read, decided and done in one transaction.

Whatever the mail is, its bytes are on record before anything looks at them, and the decision on
it can be read beside them.
"""

import hashlib
import logging
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser
from apps.contracts.rules.entitlement import Answer
from apps.intake.html import sanitised, text_of
from apps.intake.models import InboundMail
from apps.intake.rules.automatic import automatic_reason
from apps.intake.rules.charsets import storable
from apps.intake.rules.mail import NotAMail, ParsedMail, parse
from apps.intake.rules.threading import ticket_ids_named
from apps.intake.services.refuse import refuse, tell
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.queries import duty_managers
from apps.tickets.rules.history import Status

logger = logging.getLogger(__name__)

State = InboundMail.State

BATCH = 500  # mails that one run works off; the next run takes the rest
_LONGEST_TYPE = 120  # characters of an attachment's type that are kept


class TooBig(ValueError):
    """The mail is over the limit. It is not kept; the sender's server is told."""

    def __init__(self) -> None:
        super().__init__(
            f"The mail has more than {settings.MAIL_MAX_BYTES:,} bytes. "
            "Raise MAIL_MAX_BYTES to take it."
        )


def receive_mail(raw: bytes, *, at: datetime) -> InboundMail:
    """Keep a raw mail as it came and work it off. The same bytes again are the same mail.

    ``at`` is the instant of receipt, and a ticket's clocks run from it. The Date that a mail
    bears is the sender's word, and decides nothing.

    Clause: V-8.1, V-8.1.4, V-1.2, V-3.5, S-8.

    :raises TooBig: the mail is over the configured limit.
    """
    if len(raw) > settings.MAIL_MAX_BYTES:
        raise TooBig
    mail, _ = InboundMail.objects.defer("raw").get_or_create(
        digest=hashlib.sha256(raw).hexdigest(), defaults={"raw": raw, "received_at": at}
    )
    # A server that delivers again may do so because the first delivery came to grief.
    return process(mail) if mail.is_unfinished else mail


def process(mail: InboundMail) -> InboundMail:
    """Work off a kept mail: all of it or nothing. A fault of ours is written on it, never lost.

    A database that is in trouble is not the mail's fault: it stays as it is, for the next sweep.
    """
    try:
        with transaction.atomic():
            return _process(mail)
    except (OperationalError, InterfaceError) as trouble:
        logger.error("Mail %s waits, the database is in trouble: %s", mail.pk, trouble)
    except Exception as fault:
        logger.exception("Mail %s could not be worked off", mail.pk)
        why = storable(f"{type(fault).__name__}: {fault}")[:2000]
        # Only what is still unfinished: another worker may have been luckier meanwhile.
        failed = InboundMail.objects.unfinished().filter(pk=mail.pk)
        with transaction.atomic():
            if failed.update(state=State.FAILED, why=why):
                _report(mail)
        mail.refresh_from_db(fields=["state", "why", "ticket"])
    return mail


def process_pending(*, before: datetime) -> int:
    """Work off what was kept before then and never finished, oldest first; return how many."""
    # Without their bytes: five hundred mails may be many gigabytes.
    mails = InboundMail.objects.unprocessed(before=before).defer("raw").order_by("pk")[:BATCH]
    return sum(process(mail).state != State.RECEIVED for mail in mails)


def _process(mail: InboundMail) -> InboundMail:
    # The bytes never change, so they are not read again with the lock.
    locked = InboundMail.objects.select_for_update().defer("raw").get(pk=mail.pk)
    if not locked.is_unfinished:
        return locked
    try:
        parsed = parse(bytes(mail.raw))
    except NotAMail as unreadable:
        _report(locked)
        return _decide(locked, State.UNREADABLE, str(unreadable))
    locked.sender, locked.subject = parsed.sender[:320], parsed.subject
    locked.mail_id, locked.defects = parsed.message_id, list(parsed.defects)
    if _came_before(locked):
        return _duplicate(locked)
    machine = automatic_reason(parsed, own_addresses=_own_addresses())
    if machine:
        return _decide(locked, State.AUTOMATIC, machine)
    try:
        with transaction.atomic():
            return _take(locked, parsed)
    except IntegrityError:
        # Another worker took a mail with this Message-ID at the same time.
        if not _came_before(locked):
            raise
        return _duplicate(locked)


def _report(mail: InboundMail) -> None:
    """Tell the duty managers that a mail needs a person: once a day, since noise comes in floods.

    The rest of the day's is on the list that the mail points to.
    """
    for address in filter(is_plain_address, duty_managers()):
        person = hashlib.sha256(address.encode()).hexdigest()
        enqueue(
            topic="mail.unreadable",
            key=f"mail.unreadable:{mail.received_at:%Y-%m-%d}:{person}",
            recipient=address,
            payload={"mail_id": mail.pk},
            at=mail.received_at,
        )


def _own_addresses() -> set[str]:
    """The mailboxes that we write from: what comes from them is our own mail coming back."""
    ours = {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower(), *contracts.support_addresses()}
    return ours - {""}


def _came_before(mail: InboundMail) -> bool:
    """Whether another mail with this Message-ID was taken."""
    taken = InboundMail.objects.taken().exclude(pk=mail.pk)
    return bool(mail.mail_id) and taken.filter(mail_id=mail.mail_id).exists()


def _duplicate(mail: InboundMail) -> InboundMail:
    mail.ticket = mail.account = None  # it may have had a ticket, which was rolled back
    mail.clause = ""
    return _decide(mail, State.DUPLICATE, "A mail with this Message-ID came before.")


def _take(mail: InboundMail, parsed: ParsedMail) -> InboundMail:
    """A person wrote: to a ticket of theirs, or with a new request."""
    named = _ticket_named(parsed)
    return _add(mail, parsed, *named) if named else _request(mail, parsed)


def _ticket_named(parsed: ParsedMail) -> tuple[Ticket, AuthorisedUser] | None:
    """The ticket that the mail names and the sender as its user, if they may write to it."""
    named = ticket_ids_named(parsed, prefix=settings.TICKET_PREFIX, own_domain=settings.MAIL_DOMAIN)
    found = Ticket.objects.in_bulk(named) if named else {}
    # One query, however many tickets are named: naming costs a sender nothing.
    users = AuthorisedUser.objects.filter(
        order__in={ticket.order_id for ticket in found.values()},
        email__iexact=parsed.sender,
        is_active=True,
    )
    clients = {user.order_id: user for user in users} if found else {}
    for ticket in (found[pk] for pk in named if pk in found):
        if ticket.order_id in clients:
            return ticket, clients[ticket.order_id]
    return None


def _add(
    mail: InboundMail, parsed: ParsedMail, ticket: Ticket, client: AuthorisedUser
) -> InboundMail:
    """Put the mail on its ticket. Only what is open goes on as it is; a closed one asks anew.

    Clause: V-3.1, V-3.5, V-8.1.4.
    """
    # Held, so that nobody closes it between this look and the reply.
    ticket = tickets.hold(ticket=ticket, at=mail.received_at)
    answer = (
        _to_reopen(ticket, client, mail.received_at) if ticket.status == Status.CLOSED else None
    )
    if answer is not None:
        mail.clause = answer.clause
        if not answer.entitled:
            return _refuse(mail, parsed, contracts.Found(answer, client))
    tickets.client_replied(
        ticket=ticket,
        client=client,
        text=_text(parsed),
        html=sanitised(parsed.html),
        uploads=_uploads(parsed),
        at=mail.received_at,
        source_key=f"mail:{mail.pk}",
        source_mail_id=parsed.message_id,
        entitled=answer.as_json() if answer else None,
    )
    mail.ticket, mail.account_id = ticket, ticket.account_id
    wrote = f"The sender wrote to {ticket.number}"
    if answer is None:
        return _decide(mail, State.ADDED, f"{wrote}.")
    return _decide(mail, State.ADDED, f"{wrote}, which reopened. {answer.why}")


def _to_reopen(ticket: Ticket, client: AuthorisedUser, at: datetime) -> Answer:
    """Whether a client is owed support for a closed ticket: an old number is no promise."""
    return contracts.entitled_user(
        user=client,
        at=at,
        service=ticket.service,
        severity=ticket.severity,
        category=ticket.category,
    )


def _request(mail: InboundMail, parsed: ParsedMail) -> InboundMail:
    found = contracts.entitled(sender=parsed.sender, mailboxes=parsed.to, at=mail.received_at)
    mail.clause = found.answer.clause
    if found.user is None or not found.answer.entitled:
        return _refuse(mail, parsed, found)
    ticket = tickets.register(
        requester=found.user,
        channel=Ticket.Channel.EMAIL,
        subject=parsed.subject,
        text=_text(parsed),
        html=sanitised(parsed.html),
        uploads=_uploads(parsed),
        at=mail.received_at,
        source_key=f"mail:{mail.pk}",
        source_mail_id=parsed.message_id,
        entitled=found.answer.as_json(),
        to_tam=_is_to_tam(found.user, parsed, mail.received_at),
    )
    mail.ticket, mail.account_id = ticket, ticket.account_id
    return _decide(mail, State.REGISTERED, found.answer.why)


def _is_to_tam(user: AuthorisedUser, parsed: ParsedMail, at: datetime) -> bool:
    """Whether the mail was written to the TAM of the order, at the TAM's own address (V-6.4)."""
    if not user.order.tam_minutes:
        return False
    tam = contracts.tam_now(user.order, at=at)
    return tam is not None and tam.email.lower() in {address.lower() for address in parsed.to}


def _refuse(mail: InboundMail, parsed: ParsedMail, found: contracts.Found) -> InboundMail:
    """Nothing is processed; the attempt is kept with the answer, and the sender is told."""
    refused = refuse(
        answer=found.answer,
        person=found.user,
        sender=mail.sender,
        channel=Ticket.Channel.EMAIL,
        subject=mail.subject,
        text=_text(parsed),
        mail=mail,
        at=mail.received_at,
        source_key=f"mail:{mail.pk}",
    )
    untold = tell(refused)
    return _decide(mail, State.REFUSED, f"{refused.why} {untold}".strip())


def _decide(mail: InboundMail, state: str, why: str) -> InboundMail:
    mail.state, mail.why = state, why
    mail.save(update_fields=InboundMail.DECIDED)
    return mail


def _text(parsed: ParsedMail) -> str:
    return parsed.text or text_of(parsed.html)


def _uploads(parsed: ParsedMail) -> list[tickets.Upload]:
    return [
        tickets.Upload(part.name, part.content_type[:_LONGEST_TYPE], part.content)
        for part in parsed.attachments
    ]
