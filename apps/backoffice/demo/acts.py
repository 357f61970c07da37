"""What happens to the demo's tickets: small acts at an instant, each one call of a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from apps.backoffice.demo.mails import garbled, out_of_office, raw_mail
from apps.contracts.models import AuthorisedUser, Reason, Severity, User
from apps.contracts.rules.entitlement import Wanted
from apps.intake.models import InboundMail
from apps.intake.services import (
    Said,
    receive_mail,
    redirect_call,
    register_call,
    request_support,
    settle_call,
)
from apps.tickets import services
from apps.tickets.models import Ticket, VendorCase


class DemoFault(Exception):
    """A service did something that the demo's story does not expect."""


@dataclass(slots=True)
class Stage:
    """What the acts need: who works here, and the tickets so far by their name in the story."""

    people: dict[str, User]
    tickets: dict[str, Ticket] = field(default_factory=dict)
    serial: int = 0

    def key(self) -> str:
        """Return a new name for an act."""
        self.serial += 1
        return f"demo-{self.serial}"


# An act is done at an instant, on the stage.
Act = Callable[[Stage, datetime], None]


def mail(name: str, sender: str, subject: str, text: str) -> Act:
    """A client writes a new request."""

    def act(stage: Stage, at: datetime) -> None:
        user = AuthorisedUser.objects.select_related("order__version").get(email=sender)
        kept = _receive(
            stage,
            sender=f"{user.name} <{sender}>",
            to=_mailbox(user),
            subject=subject,
            text=text,
            at=at,
        )
        if kept.ticket is None:
            raise DemoFault(f"“{subject}” became no ticket: {kept.get_state_display()}, {kept.why}")
        stage.tickets[name] = kept.ticket

    return act


def ask_tam(name: str, sender: str, subject: str, text: str) -> Act:
    """A client asks their TAM, who enters it for them."""

    def act(stage: Stage, at: datetime) -> None:
        taken = request_support(
            requester=AuthorisedUser.objects.select_related("order__version").get(email=sender),
            channel=Ticket.Channel.TAM,
            wanted=Wanted.TICKET,
            subject=subject,
            text=text,
            at=at,
            source_key=stage.key(),
            by=stage.people["tam"],
        )
        if taken.ticket is None:
            raise DemoFault(f"“{subject}” became no ticket: {taken.refused}")
        stage.tickets[name] = taken.ticket

    return act


def phoned(name: str, caller: str, said: Said, *, priority: str) -> Act:
    """A client calls, and it becomes a ticket."""

    def act(stage: Stage, at: datetime) -> None:
        user = _caller(caller)
        level = Severity.objects.get(version=user.order.version_id, key=priority)
        taken = register_call(said=said, severity=level, **_taken(stage, user, at))
        if taken.ticket is None:
            raise DemoFault(f"“{said.subject}” became no ticket: {taken.refused}")
        stage.tickets[name] = taken.ticket

    return act


def settled(caller: str, said: Said) -> Act:
    """A client calls and is helped at once."""

    def act(stage: Stage, at: datetime) -> None:
        settle_call(said=said, **_taken(stage, _caller(caller), at))

    return act


def redirected(caller: str, said: Said, *, to: str) -> Act:
    """A client calls and is sent to the ticket system, or to e-mail."""

    def act(stage: Stage, at: datetime) -> None:
        redirect_call(said=said, to=to, **_taken(stage, _caller(caller), at))

    return act


def _caller(email: str) -> AuthorisedUser:
    return AuthorisedUser.objects.select_related("order__version").get(email=email)


def _taken(stage: Stage, user: AuthorisedUser, at: datetime) -> dict:
    by = stage.people["agent"]
    return {"requester": user, "at": at, "source_key": stage.key(), "by": by}


def stray_mail(sender: str, subject: str, text: str, *, known: str) -> Act:
    """Somebody writes who is owed nothing. ``known`` is a user of the policy written to."""

    def act(stage: Stage, at: datetime) -> None:
        user = AuthorisedUser.objects.select_related("order__version").get(email=known)
        _receive(stage, sender=sender, to=_mailbox(user), subject=subject, text=text, at=at)

    return act


def away(sender: str) -> Act:
    """A client's mailbox answers by itself."""

    def act(stage: Stage, at: datetime) -> None:
        user = AuthorisedUser.objects.select_related("order__version").get(email=sender)
        receive_mail(out_of_office(sender=sender, to=_mailbox(user), at=at), at=at)

    return act


def noise(known: str) -> Act:
    """A mail comes that nobody can read."""

    def act(stage: Stage, at: datetime) -> None:
        user = AuthorisedUser.objects.select_related("order__version").get(email=known)
        receive_mail(garbled(to=_mailbox(user)), at=at)

    return act


def client(name: str, text: str) -> Act:
    """The client writes back, by mail with the number in the subject."""

    def act(stage: Stage, at: datetime) -> None:
        ticket = stage.tickets[name]
        user = ticket.requester
        kept = _receive(
            stage,
            sender=f"{user.name} <{user.email}>",
            to=ticket.version.support_address,
            subject=ticket.subject,
            text=text,
            at=at,
            answers=ticket.number,
        )
        if kept.ticket != ticket:
            raise DemoFault(f"A reply to {ticket.number} did not reach it: {kept.why}")

    return act


def answer(name: str, text: str, *, by: str = "agent") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        services.answer(ticket=stage.tickets[name], text=text, **_by(stage, by, at))

    return act


def ask(name: str, text: str, *, by: str = "agent") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        services.ask_client(ticket=stage.tickets[name], text=text, **_by(stage, by, at))

    return act


def note(name: str, text: str, *, by: str = "agent") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        services.note(ticket=stage.tickets[name], text=text, **_by(stage, by, at))

    return act


def call(name: str, text: str, *, by: str = "agent") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        services.log_call(ticket=stage.tickets[name], text=text, **_by(stage, by, at))

    return act


def assign(name: str, to: str, *, by: str = "duty") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        people = stage.people
        services.assign(ticket=stage.tickets[name], to=people[to], by=people[by], at=at)

    return act


def severity(name: str, to: str, explanation: str, *, reason: str = "impact-changed") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        ticket = stage.tickets[name]
        services.change_severity(
            ticket=ticket,
            to=Severity.objects.get(version=ticket.version_id, key=to),
            reason=_reason(ticket, Reason.Kind.SEVERITY_CHANGE, reason),
            explanation=explanation,
            by=stage.people["duty"],
            at=at,
        )

    return act


def solve(name: str, reason: str, text: str, *, by: str = "agent", exclusion: str = "") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        ticket = stage.tickets[name]
        found = _reason(ticket, Reason.Kind.CLOSING, reason)
        excluded = _reason(ticket, Reason.Kind.EXCLUSION, exclusion) if exclusion else None
        services.solve(
            ticket=ticket, reason=found, exclusion=excluded, text=text, **_by(stage, by, at)
        )

    return act


def hand_out(name: str, to: str, reference: str, workaround: str, *, by: str = "duty") -> Act:
    """The platform's vendor has to change something; service does not suffer."""

    def act(stage: Stage, at: datetime) -> None:
        services.hand_out(
            ticket=stage.tickets[name],
            party=VendorCase.Party.VENDOR,
            name=to,
            reference=reference,
            service_affecting=False,
            workaround=workaround,
            **_by(stage, by, at),
        )

    return act


def watch(name: str, who: str) -> Act:
    """One of ours follows a ticket."""

    def act(stage: Stage, at: datetime) -> None:
        person = stage.people[who]
        services.watch(ticket=stage.tickets[name], user=person, by=person, at=at)

    return act


def copy_in(name: str, client: str, *, by: str = "agent") -> Act:
    """Another of the client's people gets copies of what we write."""

    def act(stage: Stage, at: datetime) -> None:
        ticket = stage.tickets[name]
        user = AuthorisedUser.objects.get(order=ticket.order_id, email=client)
        services.watch(ticket=ticket, client=user, by=stage.people[by], at=at)

    return act


def suspend(name: str, why: str, *, by: str = "duty") -> Act:
    def act(stage: Stage, at: datetime) -> None:
        ticket, person = stage.tickets[name], stage.people[by]
        services.suspend(ticket=ticket, why=why, clause="", by=person, at=at)

    return act


def _by(stage: Stage, who: str, at: datetime) -> dict:
    return {"by": stage.people[who], "at": at, "act_key": stage.key()}


def _reason(ticket: Ticket, kind: str, key: str) -> Reason:
    return Reason.objects.get(version=ticket.version_id, kind=kind, key=key)


def _mailbox(user: AuthorisedUser) -> str:
    return user.order.version.support_address


def _receive(stage: Stage, *, at: datetime, **letter: str) -> InboundMail:
    stage.serial += 1
    return receive_mail(raw_mail(**letter, at=at, serial=stage.serial), at=at)
