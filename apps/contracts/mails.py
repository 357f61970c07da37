"""How the mails of this app read. Each is made of facts, at the moment it is sent.

Clause: V-3.7 (the language of service), V-6.6.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import Order, TamAssignment
from apps.contracts.queries.tams import tam_of
from apps.contracts.services import tam_contacts, tam_notices
from apps.outbox.models import Message
from apps.outbox.rendering import Email, Withdrawn, renders


@renders(tam_notices.REPLACED)
def replaced(payload: dict[str, Any]) -> Email:
    """Tell a user of the client who their TAM will be, from which day on, and how to reach them.

    Clause: V-6.4, V-6.6.

    :raises Withdrawn: it does not take place, or on another day, of which a later mail tells; or
        the order is over.
    """
    assignment = _coming(payload)
    on = day(assignment.starts_on)
    who = f"{assignment.tam} from {on} on" if assignment.tam else f"nobody from {on} on"
    return _to_client(
        assignment,
        f"Your technical account manager: {who}",
        "mail/tam_replaced.txt",
        {"is_put_off": bool(_days_told(assignment, payload["user_id"]) - {payload["starts_on"]})},
    )


@renders(tam_notices.ASSIGNED)
def assigned(payload: dict[str, Any]) -> Email:
    """Tell a user of the client who their first TAM is, from which day on, and how to reach them.

    Clause: V-6.1, V-6.4.

    :raises Withdrawn: it does not take place, or the order is over.
    """
    assignment = _coming(payload)
    return _to_client(
        assignment,
        f"Your technical account manager: {assignment.tam}",
        "mail/tam_assigned.txt",
        {},
    )


@renders(tam_notices.HANDOVER_WITHDRAWN)
def handover_withdrawn(payload: dict[str, Any]) -> Email:
    """Tell a user of the client that a change which was announced does not take place.

    Clause: V-6.6.

    :raises Withdrawn: the announcement never went out to them.
    """
    assignment = _assignment(payload)
    if not _days_told(assignment, payload["user_id"]):
        raise Withdrawn("They were never told of the hand-over.")
    before = tam_of(assignment.order, on=assignment.starts_on - timedelta(days=1))
    return _to_client(
        assignment,
        "Your technical account manager stays" if before else "No technical account manager yet",
        "mail/tam_handover_withdrawn.txt",
        {},
    )


@renders(tam_notices.HANDOVER_MOVED)
def handover_moved(payload: dict[str, Any]) -> Email:
    """Tell who planned a hand-over that its notice went out late, and the day that now counts.

    Clause: V-6.6.

    :raises Withdrawn: it does not take place any more.
    """
    assignment = _assignment(payload)
    if assignment.withdrawn_at is not None:
        raise Withdrawn("The hand-over does not take place.")
    page = reverse("admin:contracts_order_change", args=[assignment.order_id])
    context = {"url": f"{settings.BASE_URL}{page}"}
    return Email(
        subject=f"[{assignment.order}] Hand-over put off to {day(assignment.starts_on)}",
        text=_text("mail/tam_handover_moved.txt", assignment, context),
        reply_to=(assignment.order.version.support_address,),
        language=assignment.order.version.language,
    )


@renders(tam_contacts.CONTACTS_CORRECTED)
def contacts_corrected(payload: dict[str, Any]) -> Email:
    """Tell a user of the client how they reach their TAM, after a slip was put right.

    Clause: V-6.4.

    :raises Withdrawn: the TAM does not come; the contacts were corrected once more, of which a
        later mail tells; or they were never told the old ones.
    """
    assignment = _assignment(payload)
    if assignment.withdrawn_at is not None:
        raise Withdrawn("The hand-over does not take place.")
    if [assignment.email, assignment.phone, assignment.chat] != payload["contacts"]:
        raise Withdrawn("The contacts were corrected once more.")
    if not payload["holds"] and not _days_told(assignment, payload["user_id"]):
        raise Withdrawn("They were never told of the hand-over.")
    return _to_client(
        assignment,
        "How you reach your technical account manager",
        "mail/tam_contacts_corrected.txt",
        {"holds": payload["holds"]},
    )


def day(on: date) -> str:
    """Return a day in words, such as Mon 9 Mar 2026."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def _assignment(payload: dict[str, Any]) -> TamAssignment:
    rows = TamAssignment.objects.select_related("tam", "order__account", "order__version")
    return rows.get(pk=payload["assignment_id"])


def _coming(payload: dict[str, Any]) -> TamAssignment:
    """Return what is announced, if it still holds."""
    assignment = _assignment(payload)
    if assignment.withdrawn_at is not None:
        raise Withdrawn("The hand-over does not take place.")
    if assignment.starts_on.isoformat() != payload["starts_on"]:
        raise Withdrawn(f"The hand-over was put off to {assignment.starts_on}.")
    if assignment.order.state != Order.State.EXECUTED:
        raise Withdrawn("The order is over.")
    return assignment


def _days_told(assignment: TamAssignment, user_id: int) -> set[str]:
    """Return the first days that were announced to a user, as far as the mails have gone out."""
    announced = Message.objects.filter(
        key__startswith=tam_notices.key_of_notice(assignment),
        # One that is being sent may have been taken by the mail server before its worker died.
        state__in=[Message.State.SENT, Message.State.SENDING],
    )
    payloads = [message.payload for message in announced]
    return {payload["starts_on"] for payload in payloads if payload["user_id"] == user_id}


def _to_client(
    assignment: TamAssignment, subject: str, template: str, context: dict[str, Any]
) -> Email:
    version = assignment.order.version
    return Email(
        subject=f"[{assignment.order}] {subject}",
        text=_text(template, assignment, context),
        reply_to=(version.support_address,),
        language=version.language,
    )


def _text(template: str, assignment: TamAssignment, context: dict[str, Any]) -> str:
    facts = {
        "assignment": assignment,
        "order": assignment.order,
        "version": assignment.order.version,
        "day": day(assignment.starts_on),
        "before": tam_of(assignment.order, on=assignment.starts_on - timedelta(days=1)),
    }
    return render_to_string(template, {**facts, **context}).rstrip() + "\n"
