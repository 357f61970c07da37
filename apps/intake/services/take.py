"""A person wrote: to a ticket of theirs, for the person in charge, or with a new request."""

from datetime import datetime

from django.conf import settings

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser
from apps.intake.models import InboundMail
from apps.intake.rules.authentication import failure
from apps.intake.rules.mail import ParsedMail
from apps.intake.services.decide import State, decision
from apps.intake.services.escalating import asks_escalation, escalate
from apps.intake.services.letter import Letter, refuse_letter, stop, trust_in
from apps.intake.services.reply import to_reopen
from apps.intake.services.threads import ticket_to_write_to, tickets_named
from apps.outbox.bulk import Checked
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Status


def take(mail: InboundMail, parsed: ParsedMail) -> InboundMail:
    """Put a mail on the ticket that it names, if the sender may write to it; else it asks anew.

    One that escalates a ticket goes to the person in charge instead.

    Clause: V-1.2, V-3.1, V-3.5, V-8.1.4, V-9.2, S-7.
    """
    failed = failure(parsed.headers, trusted=settings.MAIL_AUTHSERV_ID)
    letter = Letter(mail, parsed, failed, tickets_named(parsed))
    if asks_escalation(parsed):
        escalated = escalate(letter)
        if escalated is not None:
            return escalated
    found = ticket_to_write_to(letter.named)
    return _add(letter, *found) if found else _request(letter)


def _add(letter: Letter, ticket: Ticket, client: AuthorisedUser) -> InboundMail:
    """Put the mail on its ticket. Only what is open goes on as it is; a closed one asks anew."""
    mail = letter.mail
    trust = trust_in(letter, version_id=ticket.version_id, plan_id=ticket.plan_id)
    if trust.is_stopped:
        mail.account_id = ticket.account_id
        return stop(letter, trust, client)
    # Held, so that nobody closes it between this look and the reply.
    ticket = tickets.hold(ticket=ticket, at=letter.at)
    answer = to_reopen(ticket, client, at=letter.at) if ticket.status == Status.CLOSED else None
    if answer is not None:
        mail.clause = answer.clause
        if not answer.entitled:
            return refuse_letter(letter, contracts.Found(answer, client))
    mail.ticket, mail.account_id = ticket, ticket.account_id
    content = letter.content(mark=trust.mark)
    wrote = f"The sender wrote to {ticket.number}"
    why = f"{wrote}, which reopened. {answer.why}" if answer else f"{wrote}."
    tickets.reply_within(
        ticket=ticket,
        client=client,
        at=letter.at,
        source_key=f"mail:{mail.pk}",
        source_mail_id=letter.parsed.message_id,
        entitled=answer.as_json() if answer else None,
        is_held=True,
        last=decision(mail, State.ADDED, why),
        **content.said(),
    )
    return mail


def _request(letter: Letter) -> InboundMail:
    mail, parsed = letter.mail, letter.parsed
    found = contracts.entitled(sender=parsed.sender, mailboxes=parsed.to, at=letter.at)
    mail.clause = found.answer.clause
    if found.user is None or not found.answer.entitled:
        return refuse_letter(letter, found)
    order = found.user.order
    trust = trust_in(letter, version_id=order.version_id, plan_id=order.plan_id)
    if trust.is_stopped:
        mail.account_id = order.account_id
        return stop(letter, trust, found.user)
    content = letter.content(mark=trust.mark)

    def registered(ticket: Ticket) -> Checked:
        mail.ticket, mail.account_id = ticket, ticket.account_id
        return decision(mail, State.REGISTERED, found.answer.why)

    tickets.register_within(
        requester=found.user,
        channel=Ticket.Channel.EMAIL,
        subject=parsed.subject,
        at=letter.at,
        source_key=f"mail:{mail.pk}",
        source_mail_id=parsed.message_id,
        entitled=found.answer.as_json(),
        order_now=found.order,
        to_tam=_is_to_tam(found.user, parsed, letter.at),
        last=registered,
        **content.said(),
    )
    return mail


def _is_to_tam(user: AuthorisedUser, parsed: ParsedMail, at: datetime) -> bool:
    """Whether the mail was written to the TAM of the order, at the TAM's own address (V-6.4)."""
    if not user.order.tam_minutes:
        return False
    tam = contracts.tam_now(user.order, at=at)
    return tam is not None and tam.email.lower() in {address.lower() for address in parsed.to}
