"""A mail that asks for the person in charge: raised, or refused with what it lacks."""

from dataclasses import dataclass

from django.conf import settings

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Order, Reason, User
from apps.escalation import services as escalation
from apps.escalation.models import Escalation
from apps.escalation.queries import grounds_of
from apps.intake.models import InboundMail
from apps.intake.rules.escalations import asks_in_subject, escalation_mailboxes, grounds_named
from apps.intake.rules.mail import ParsedMail
from apps.intake.services.content import text_of_mail
from apps.intake.services.decide import State, decide
from apps.intake.services.letter import Letter, stop, trust_in
from apps.intake.services.threads import surviving, ticket_to_write_to, tickets_in_text
from apps.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks under which order, and for which ticket; a TAM is no ``client``, but ``tam``."""

    order: Order
    ticket: Ticket | None
    client: AuthorisedUser | None
    tam: User | None = None


def asks_escalation(parsed: ParsedMail) -> bool:
    """Tell whether a mail asks for the person in charge, by its subject or by where it was sent.

    Clause: V-9.2, S-7.
    """
    if asks_in_subject(parsed.subject, prefix=settings.TICKET_PREFIX):
        return True
    boxes = escalation_mailboxes(parsed.to)
    return bool(boxes) and not contracts.support_addresses().isdisjoint(boxes)


def escalate(letter: Letter) -> InboundMail | None:
    """Raise what a mail asks for; None: nobody who may ask wrote it, so it is refused as any other.

    It is no answer on the ticket, whose turn it is stays, and what was asked stands with the
    escalation.

    Clause: V-9.1, V-9.2, S-7, V-6.1.
    """
    mail, text = letter.mail, text_of_mail(letter.parsed)
    asking = _asking(letter, text)
    if asking is None:
        return None
    terms_of = asking.ticket or asking.order
    mail.account_id = asking.order.account_id
    trust = trust_in(letter, version_id=terms_of.version_id, plan_id=terms_of.plan_id)
    if trust.is_stopped:
        return stop(letter, trust, asking.client)
    raised = escalation.raise_escalation(
        order=asking.order,
        ticket=asking.ticket,
        ground=_ground(letter.parsed.subject, text, terms_of.version_id),
        words=f"{trust.mark}.\n\n{text}" if trust.mark else text,
        client=asking.client,
        sender=mail.sender,
        by=asking.tam,
        channel=Ticket.Channel.TAM if asking.tam else Ticket.Channel.EMAIL,
        at=letter.at,
        source_key=f"mail:{mail.pk}",
    )
    mail.clause = raised.clause
    if raised.state == Escalation.State.REFUSED or asking.ticket is None:
        return decide(mail, State.REFUSED, f"It asks for the person in charge. {raised.why}")
    mail.ticket = asking.ticket
    why = f"The sender escalated {asking.ticket.number}. {raised.why}"
    return decide(mail, State.ADDED, why)


def _ground(subject: str, text: str, version_id: int) -> Reason | None:
    grounds = grounds_of(version_id)
    labels = {key: ground.label for key, ground in grounds.items()}
    named = grounds_named(subject, text, grounds=labels)
    return grounds[named[0]] if len(named) == 1 else None


def _asking(letter: Letter, text: str) -> Asking | None:
    named = letter.named or tickets_in_text(letter.parsed, text)
    found = ticket_to_write_to(named)
    if found is not None:
        ticket, writer = found
        client = AuthorisedUser.objects.select_related("order").get(pk=writer.pk)
        return Asking(ticket.order, ticket, client)
    return _as_tam(letter, named) or _of_nothing(letter)


def _as_tam(letter: Letter, named: list[Ticket]) -> Asking | None:
    """Return what a TAM asks for the client: for a ticket of the order that they are the TAM of."""
    for each in named:
        ticket = surviving(each)
        tam = contracts.tam_now(ticket.order, at=letter.at) if ticket else None
        if ticket is None or tam is None or tam.tam is None:
            continue
        addresses = {tam.email.lower(), tam.tam.email.lower()} - {""}
        if tam.tam.is_active and letter.mail.sender.lower() in addresses:
            return Asking(ticket.order, ticket, None, tam.tam)
    return None


def _of_nothing(letter: Letter) -> Asking | None:
    """Return what a user asks who names no ticket of theirs: it is refused with that."""
    parsed = letter.parsed
    found = contracts.entitled(sender=parsed.sender, mailboxes=parsed.to, at=letter.at)
    if found.user is None or not found.user.is_active:
        return None
    return Asking(found.user.order, None, found.user)
