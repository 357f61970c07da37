"""How the mails on escalations read. Each is made of facts, at the moment it is sent.

Every mail is in the language of service and carries the number (V-3.7, V-8.1.4).
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.escalation.links import token_of
from apps.escalation.models import Escalation
from apps.escalation.queries import grounds_of
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.models import Ticket
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.wording import moment, sentence, span

LINK = "escalation"
State = Escalation.State


@renders("escalation.raised")
def raised(payload: dict[str, Any]) -> Email:
    """Tell who asked, and the ticket's requester, that somebody in charge has it now.

    Clause: V-9.2, S-7.
    """
    return _to_client(_found(payload), "mail/escalation_raised.txt")


@renders("escalation.taken")
def taken(payload: dict[str, Any]) -> Email:
    """Tell them who has it in hand.

    :raises Withdrawn: it is answered by now, which says more.

    Clause: V-9.2, S-7.
    """
    escalation = _found(payload)
    if escalation.state != State.TAKEN:
        raise Withdrawn("The escalation is answered by now.")
    return _to_client(escalation, "mail/escalation_taken.txt")


@renders("escalation.answered")
def answered(payload: dict[str, Any]) -> Email:
    """Send what a person of ours answered.

    Clause: V-9.2, S-7.
    """
    return _to_client(_found(payload), "mail/escalation_answered.txt", automatic=False)


@renders("escalation.reached")
def reached(payload: dict[str, Any]) -> Email:
    """Ask a rung of the path to take an escalation in hand, by a link without a password.

    :raises Withdrawn: somebody has it in hand by now.

    Clause: V-9.2, S-7.
    """
    escalation = _unacknowledged(payload)
    rung = payload["rung"]
    person = escalation.path[rung - 1]
    token = token_of(LINK, escalation.pk, f"{person['title']} <{person['email']}>")
    ends_at = escalation.next_at if rung == escalation.rung else None
    facts = {
        "person": person,
        "earlier": escalation.path[: rung - 1],
        "acknowledge": f"{settings.BASE_URL}{reverse('escalation_acknowledge', args=[token])}",
        "until": moment(ends_at, _zone(escalation)) if ends_at else "",
        "is_last": rung == len(escalation.path),
    }
    return _to_staff(escalation, "Escalated to you", "mail/escalation_reached.txt", facts)


@renders("escalation.unanswered")
def unanswered(payload: dict[str, Any]) -> Email:
    """Tell a duty manager that nobody on the path acknowledged it.

    :raises Withdrawn: somebody has it in hand by now.

    Clause: V-9.2, S-7.
    """
    escalation = _unacknowledged(payload)
    what = "Escalation that nobody acknowledged"
    return _to_staff(escalation, what, "mail/escalation_unanswered.txt", {})


@renders("escalation.refused")
def refused(payload: dict[str, Any]) -> Email:
    """Tell who asked that it goes to nobody, what is missing, and how to ask again.

    Clause: V-9.2, S-2.1.
    """
    escalation = _found(payload)
    ticket, client = escalation.ticket, escalation.client
    order = ticket.order if ticket else client.order if client else None
    version = order.version if order else None
    grounds = grounds_of(version.pk).values() if version else ()
    number = f"[{ticket.number}] " if ticket else ""
    return Email(
        subject=f"{number}Not escalated",
        text=_text(
            "mail/escalation_refused.txt",
            {**_facts(escalation), "grounds": [ground.label for ground in grounds]},
        ),
        reply_to=(version.support_address,) if version else (),
        references=(mail_id(ticket.pk, "acknowledged"),) if ticket else (),
        language=version.language if version else "en",
    )


def _found(payload: dict[str, Any]) -> Escalation:
    related = ("ticket__version", "ticket__account", "ticket__severity", "ticket__assignee")
    rows = Escalation.objects.select_related(
        *related, "ticket__order__version", "client__order__version", "ground", "answered_by", "by"
    )
    return rows.get(pk=payload["escalation_id"])


def _unacknowledged(payload: dict[str, Any]) -> Escalation:
    """Return the escalation.

    :raises Withdrawn: somebody has it in hand by now.
    """
    escalation = _found(payload)
    if escalation.state != State.OPEN:
        raise Withdrawn(f"{escalation.taken_by} has it in hand.")
    return escalation


def _zone(escalation: Escalation) -> str:
    if escalation.ticket is None:
        return "UTC"
    return escalation.ticket.version.time_zone


def _facts(escalation: Escalation) -> dict[str, Any]:
    zone = _zone(escalation)
    wait = escalation.climb_after
    return {
        "escalation": escalation,
        "ticket": escalation.ticket,
        "ground": escalation.ground.label if escalation.ground else "not named",
        "raised": moment(escalation.raised_at, zone),
        "steps": [(step["clause"], sentence(step, zone)) for step in escalation.steps],
        "in_charge": escalation.in_charge,
        "wait": span(wait) if wait else "",
    }


def _to_client(escalation: Escalation, template: str, *, automatic: bool = True) -> Email:
    ticket = _ticket(escalation)
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}",
        text=_text(template, _facts(escalation)),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        automatic=automatic,
        language=ticket.version.language,
    )


def _to_staff(escalation: Escalation, what: str, template: str, facts: dict[str, Any]) -> Email:
    ticket = _ticket(escalation)
    page = reverse("admin:escalation_escalation_change", args=[escalation.pk])
    context = {**_facts(escalation), **facts, "url": f"{settings.BASE_URL}{page}"}
    return Email(
        subject=f"[{ticket.number}] {what}: {ticket.subject}",
        text=_text(template, context),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )


def _ticket(escalation: Escalation) -> Ticket:
    """Return its ticket; what was admitted has one."""
    if escalation.ticket is None:
        raise Withdrawn("It was refused, and went to nobody.")
    return escalation.ticket


def _text(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context).rstrip() + "\n"
