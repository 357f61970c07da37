"""A person's mail as read, what the policy makes of its sender, and how it is refused."""

from dataclasses import dataclass
from datetime import datetime

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser
from apps.contracts.rules.entitlement import Answer, Step
from apps.intake.models import InboundMail
from apps.intake.rules.mail import ParsedMail
from apps.intake.services.content import Content, content_of, text_of_mail
from apps.intake.services.decide import State, decide
from apps.intake.services.hold import hold
from apps.intake.services.refuse import refuse, tell
from apps.tickets.models import Ticket

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


@dataclass(frozen=True, slots=True)
class Trust:
    """What the policy makes of a mail that may be forged: stop it, or take it with a mark."""

    on_fail: str = "accept"
    clause: str = ""
    mark: str = ""

    @property
    def is_stopped(self) -> bool:
        return self.on_fail != "accept"


def trust_in(letter: Letter, *, version_id: int, plan_id: int) -> Trust:
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


def stop(letter: Letter, trust: Trust, user: AuthorisedUser | None) -> InboundMail:
    mail = letter.mail
    why = f"It says that {mail.sender} wrote it, but {letter.failed}."
    mail.clause = trust.clause
    if trust.on_fail == "hold":
        return hold(mail, why)
    answer = Answer(False, trust.clause, why, (Step(trust.clause, False, why),))
    return refuse_letter(letter, contracts.Found(answer, user))


def refuse_letter(letter: Letter, found: contracts.Found) -> InboundMail:
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
