"""What clients and a TAM escalate in the demo, and what becomes of it."""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Act, DemoFault, Stage
from apps.backoffice.demo.mails import raw_mail
from apps.backoffice.demo.story_premium import INES, JOON, ago
from apps.backoffice.demo.story_wholesale import PIA, ROSA
from apps.contracts.models import AuthorisedUser, Reason
from apps.escalation import services
from apps.escalation.models import Escalation
from apps.intake.services import receive_mail
from apps.tickets.models import Ticket


def escalated(name: str, sender: str, text: str) -> Act:
    """A client asks for the person in charge, by mail."""

    def act(stage: Stage, at: datetime) -> None:
        ticket = stage.tickets[name]
        _write(stage, sender, f"Escalation: {ticket.number} {ticket.subject}", text, at)
        if _latest(ticket).state != Escalation.State.OPEN:
            raise DemoFault(f"{ticket.number} could not be escalated: {_latest(ticket).why}")

    return act


def asked_in_vain(sender: str, text: str) -> Act:
    """A client asks for the person in charge, and does not say of which ticket."""

    def act(stage: Stage, at: datetime) -> None:
        _write(stage, sender, "Escalation", text, at)

    return act


def escalated_by_tam(name: str, ground: str, words: str) -> Act:
    """The TAM escalates a ticket of their client."""

    def act(stage: Stage, at: datetime) -> None:
        ticket, tam = stage.tickets[name], stage.people["tam"]
        services.raise_escalation(
            order=ticket.order,
            ticket=ticket,
            ground=Reason.objects.get(
                version=ticket.version_id, kind=Reason.Kind.ESCALATION_GROUND, key=ground
            ),
            words=words,
            client=None,
            sender=tam.email,
            by=tam,
            channel=Ticket.Channel.TAM,
            at=at,
            source_key=stage.key(),
        )

    return act


def in_hand(name: str) -> Act:
    """Who was asked last presses the button of their mail."""

    def act(stage: Stage, at: datetime) -> None:
        escalation = _latest(stage.tickets[name])
        person = escalation.in_charge or {}
        who = f"{person.get('title')} <{person.get('email')}>"
        services.acknowledge(escalation=escalation, who=who, by=None, at=at)

    return act


def told(name: str, text: str) -> Act:
    """The duty manager answers the client, and closes it an hour later."""

    def act(stage: Stage, at: datetime) -> None:
        escalation, duty = _latest(stage.tickets[name]), stage.people["duty"]
        services.answer(escalation=escalation, text=text, by=duty, at=at)
        services.close(escalation=escalation, by=duty, at=at + timedelta(hours=1))

    return act


def _latest(ticket: Ticket) -> Escalation:
    rows = Escalation.objects.filter(ticket=ticket)
    return rows.select_related("ticket").latest("pk")


def _write(stage: Stage, sender: str, subject: str, text: str, at: datetime) -> None:
    user = AuthorisedUser.objects.select_related("order__version").get(email=sender)
    stage.serial += 1
    mail = raw_mail(
        sender=f"{user.name} <{sender}>",
        to=user.order.version.support_address,
        subject=subject,
        text=text,
        at=at,
        serial=stage.serial,
    )
    receive_mail(mail, at=at)


STORY: list[tuple[timedelta, Act]] = [
    (
        ago(1, 22),
        escalated(
            "login",
            JOON,
            "Ground: severity-disagreement\n\nThe clinic cannot work. Please raise it.",
        ),
    ),
    (ago(1, 21, 40), in_hand("login")),
    (
        ago(1, 20, 30),
        told("login", "We raised it to II, and I follow it myself until you can sign in."),
    ),
    (
        ago(0, 23),
        escalated_by_tam("codec", "dissatisfaction", "Nadia waits for a fix, not for questions."),
    ),
    (ago(0, 22, 10), in_hand("codec")),
    # Nobody takes this one in hand: the second rung is asked four hours later.
    (
        ago(0, 6),
        escalated(
            "invoice-api", INES, "Ground: response-late\n\nNobody has answered since yesterday."
        ),
    ),
    (ago(0, 1, 10), escalated("voicemail", ROSA, "Our customers miss calls. Who decides on this?")),
    (ago(0, 4), asked_in_vain(PIA, "I want to speak to whoever is in charge.")),
]
