"""How the mails on a TAM's hours read. Each is made of facts, at the moment it is sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import Order
from apps.outbox.rendering import Email, Withdrawn, renders
from apps.tickets.models import Ticket
from apps.tickets.queries import tam_month
from apps.tickets.services.mail_ids import mail_id
from apps.tickets.wording import span


@renders("tam.hours_near")
def hours_near(payload: dict[str, Any]) -> Email:
    """Tell the TAM that the month's hours are nearly used up.

    Clause: V-6.3.

    :raises Withdrawn: they no longer are: more were agreed, time was corrected, or none is left.
    """
    return _of_hours(payload, "nearly used up", "mail/tam_hours_near.txt")


@renders("tam.hours_used_up")
def hours_used_up(payload: dict[str, Any]) -> Email:
    """Tell the TAM, or somebody of the client, that they are used up, and what happens now.

    Clause: V-6.3, R-18.

    :raises Withdrawn: they no longer are.
    """
    return _of_hours(payload, "used up", "mail/tam_hours_used_up.txt")


@renders("tam.request_redirected")
def request_redirected(payload: dict[str, Any]) -> Email:
    """Tell the requester, or the TAM, that the support centre has a request instead.

    Clause: V-6.3.
    """
    ticket = Ticket.objects.select_related("version", "requester", "account", "order").get(
        pk=payload["ticket_id"]
    )
    facts = ticket.events.order_by("pk").values_list("facts", flat=True)[0]
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    context = {"ticket": ticket, "why": facts["desk_why"], "url": f"{settings.BASE_URL}{page}"}
    to_client = payload["to_client"]
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}" if to_client else _redirected(ticket),
        text=_text("mail/tam_request_redirected.txt", {**context, "to_client": to_client}),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )


@renders("tam.handed_to_centre")
def handed_to_centre(payload: dict[str, Any]) -> Email:
    """Tell the requester that the support centre has their ticket now.

    Clause: V-6.5.

    :raises Withdrawn: it went back to the TAM's desk, or was closed, before this was sent.
    """
    rows = Ticket.objects.select_related("version", "requester")
    ticket = rows.get(pk=payload["ticket_id"])
    if ticket.desk == Ticket.Desk.TAM or ticket.status == Ticket.State.CLOSED:
        raise Withdrawn("The support centre does not have it any more.")
    return Email(
        subject=f"[{ticket.number}] {ticket.subject}",
        text=_text("mail/tam_handed_to_centre.txt", {"ticket": ticket}),
        reply_to=(ticket.version.support_address,),
        references=(mail_id(ticket.pk, "acknowledged"),),
        language=ticket.version.language,
    )


def _redirected(ticket: Ticket) -> str:
    return f"[{ticket.number}] To the support centre: {ticket.subject}"


def _of_hours(payload: dict[str, Any], how: str, template: str) -> Email:
    order = Order.objects.select_related("account", "plan", "version").get(pk=payload["order_id"])
    month = tam_month(order, at=datetime.fromisoformat(payload["at"]))
    if month.reached != payload["percent"]:
        raise Withdrawn("The hours of that month stand differently by now.")
    page = reverse("admin:contracts_order_change", args=[order.pk])
    context = {
        "order": order,
        "month": month,
        "used": span(month.used),
        "limit": span(month.limit),
        "left": span(month.left),
        "to_client": payload["to_client"],
        "url": f"{settings.BASE_URL}{page}",
    }
    return Email(
        subject=f"[{order.number}] TAM hours of {month.label} {how}: {order.account}",
        text=_text(template, context),
        reply_to=(order.version.support_address,),
        language=order.version.language,
    )


def _text(template: str, context: dict[str, Any]) -> str:
    return render_to_string(template, context).rstrip() + "\n"
