"""A person wrote: to a ticket of theirs, or with a new request."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser
from apps.contracts.rules.entitlement import Answer, Step
from apps.intake.models import InboundMail
from apps.intake.rules.authentication import failure
from apps.intake.rules.mail import ParsedMail
from apps.intake.services.content import Content, content_of, text_of_mail
from apps.intake.services.decide import State, decide, decision
from apps.intake.services.hold import hold
from apps.intake.services.refuse import refuse, tell
from apps.intake.services.threads import ticket_to_write_to, tickets_named
from apps.outbox.bulk import Checked
from apps.tickets import services as tickets
from apps.tickets.models import Ticket
from apps.tickets.rules.history import Status

LISTED = 20  # files that are left out and named on the mail
ON_FAIL = "mail_authentication"  # the policy's rule


@dataclass(frozen=True, slots=True)
class Letter:
    """A kept mail as read. ``failed`` is what of SPF, DKIM and DMARC did, in words, or ""."""

    mail: InboundMail
    parsed: ParsedMail
    failed: str
    named: list[Ticket]

    @property
    def at(self) -> datetime:
        return self.mail.received_at

    def content(self, *, mark: str) -> Content:
        """Return what it brings to a ticket; what is left out of it is noted on the mail."""
        content = content_of(self.parsed, marks=[mark])
        if content.left_out:
            listed = [f"Left out, {file.why}: {file.name}" for file in content.left_out]
            if len(listed) > LISTED:
                listed[LISTED:] = [f"Left out as well: {len(listed) - LISTED} more."]
            self.mail.defects = [*self.mail.defects, *listed]
            self.mail.is_cut = True
        return content


def take(mail: InboundMail, parsed: ParsedMail) -> InboundMail:
    """Put a mail on the ticket that it names, if the sender may write to it; else it asks anew.

    Clause: V-1.2, V-3.1, V-3.5, V-8.1.4.
    """
    failed = failure(parsed.headers, trusted=settings.MAIL_AUTHSERV_ID)
    letter = Letter(mail, parsed, failed, tickets_named(parsed))
    found = ticket_to_write_to(letter.named)
    return _add(letter, *found) if found else _request(letter)


def _add(letter: Letter, ticket: Ticket, client: AuthorisedUser) -> InboundMail:
    """Put the mail on its ticket. Only what is open goes on as it is; a closed one asks anew."""
    mail = letter.mail
    trust = _trust(letter, version_id=ticket.version_id, plan_id=ticket.plan_id)
    if trust.is_stopped:
        mail.account_id = ticket.account_id
        return _stop(letter, trust, client)
    # Held, so that nobody closes it between this look and the reply.
    ticket = tickets.hold(ticket=ticket, at=letter.at)
    answer = _to_reopen(ticket, client, letter.at) if ticket.status == Status.CLOSED else None
    if answer is not None:
        mail.clause = answer.clause
        if not answer.entitled:
            return _refuse(letter, contracts.Found(answer, client))
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


def _to_reopen(ticket: Ticket, client: AuthorisedUser, at: datetime) -> Answer:
    """Whether a client is owed support for a closed ticket: an old number is no promise."""
    return contracts.entitled_user(
        user=client,
        at=at,
        service=ticket.service,
        severity=ticket.severity,
        category=ticket.category,
    )


def _request(letter: Letter) -> InboundMail:
    mail, parsed = letter.mail, letter.parsed
    found = contracts.entitled(sender=parsed.sender, mailboxes=parsed.to, at=letter.at)
    mail.clause = found.answer.clause
    if found.user is None or not found.answer.entitled:
        return _refuse(letter, found)
    order = found.user.order
    trust = _trust(letter, version_id=order.version_id, plan_id=order.plan_id)
    if trust.is_stopped:
        mail.account_id = order.account_id
        return _stop(letter, trust, found.user)
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


@dataclass(frozen=True, slots=True)
class Trust:
    """What the policy makes of a mail that may be forged: stop it, or take it with a mark."""

    on_fail: str = "accept"
    clause: str = ""
    mark: str = ""

    @property
    def is_stopped(self) -> bool:
        return self.on_fail != "accept"


def _trust(letter: Letter, *, version_id: int, plan_id: int) -> Trust:
    """Return what the policy of the order whose user the sender claims to be makes of the mail."""
    if not letter.failed:
        return Trust()
    rule = contracts.terms(version_id=version_id, plan_id=plan_id).rules.get(ON_FAIL)
    if rule is None:
        return Trust()
    on_fail = rule.settings["on_fail"]
    if on_fail == "hold" and letter.mail.released_at is not None:
        on_fail = "accept"
    return Trust(on_fail, rule.clause, letter.failed)


def _stop(letter: Letter, trust: Trust, user: AuthorisedUser) -> InboundMail:
    mail = letter.mail
    why = f"It says that {mail.sender} wrote it, but {letter.failed}."
    mail.clause = trust.clause
    if trust.on_fail == "hold":
        return hold(mail, why)
    answer = Answer(False, trust.clause, why, (Step(trust.clause, False, why),))
    return _refuse(letter, contracts.Found(answer, user))


def _refuse(letter: Letter, found: contracts.Found) -> InboundMail:
    """Nothing is processed; the attempt is kept with the answer, and the sender is told.

    Whoever may not have written it is not: mail to them would be one more that they did not ask
    for.
    """
    mail, failed = letter.mail, letter.failed
    refused = refuse(
        answer=found.answer,
        person=found.user,
        sender=mail.sender,
        channel=Ticket.Channel.EMAIL,
        subject=mail.subject,
        text=text_of_mail(letter.parsed),
        mail=mail,
        named=letter.named[0] if letter.named else None,
        at=mail.received_at,
        source_key=f"mail:{mail.pk}",
    )
    doubted = f"The sender was not told: {failed}, so they may not have written it."
    untold = doubted if failed else tell(refused)
    return decide(mail, State.REFUSED, f"{refused.why} {untold}".strip())
