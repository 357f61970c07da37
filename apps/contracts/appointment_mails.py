"""How the mails on appointments read. Each is made of facts, at the moment it is sent.

Times are in the order's zone; the fee is told with the appointment it is for.
"""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from apps.contracts.models import Appointment
from apps.contracts.wording import fee, span
from apps.outbox.rendering import Email, Withdrawn, renders

State = Appointment.State


@renders("appointment.asked")
def asked(payload: dict[str, Any]) -> Email:
    """Tell the client that we have it, and that somebody will decide.

    Clause: S-2.1, S-3.

    :raises Withdrawn: it is decided already.
    """
    return _mail(payload, "asked", "Appointment asked for", [State.ASKED])


@renders("appointment.confirmed")
def confirmed(payload: dict[str, Any]) -> Email:
    """Tell the client who will be there, when, and what it costs.

    Clause: S-2.1, S-3, R-7.

    :raises Withdrawn: it is cancelled meanwhile.
    """
    return _mail(payload, "confirmed", "Appointment confirmed", [State.CONFIRMED])


@renders("appointment.declined")
def declined(payload: dict[str, Any]) -> Email:
    """Tell the client that we cannot be there, and why.

    Clause: S-3.
    """
    return _mail(payload, "declined", "Appointment declined", [State.DECLINED])


@renders("appointment.cancelled")
def cancelled(payload: dict[str, Any]) -> Email:
    """Tell the client that it will not take place, and why.

    Clause: S-2.1, S-3.
    """
    return _mail(payload, "cancelled", "Appointment cancelled", [State.CANCELLED])


@renders("appointment.moved")
def moved(payload: dict[str, Any]) -> Email:
    """Tell the client the new time, the one before it, why, and who wanted it moved.

    For a new install it says from when its notice counts, which decides on the fee.

    Clause: S-2.1, S-3, R-7.

    :raises Withdrawn: it is declined or cancelled meanwhile.
    """
    return _mail(payload, "moved", "Appointment moved", [State.ASKED, State.CONFIRMED])


@renders("appointment.released")
def released(payload: dict[str, Any]) -> Email:
    """Tell a member of staff that they need not be there after all, and why.

    Clause: S-2.1, S-3.
    """
    row = Appointment.objects.select_related("order__account", "order__version", "service").get(
        pk=payload["appointment_id"]
    )
    starts_at, ends_at = (datetime.fromisoformat(instant) for instant in payload["was"])
    context = {
        "appointment": row,
        "was": span(starts_at, ends_at, row.order.zone),
        "client": payload["client"],
        "reason": payload["reason"],
        "is_moved": payload["is_moved"],
    }
    return Email(
        subject=f"You need not be there: {row.subject}",
        text=render_to_string("mail/appointment_released.txt", context).rstrip() + "\n",
    )


def _mail(payload: dict[str, Any], template: str, title: str, states: list[str]) -> Email:
    row = Appointment.objects.select_related(
        "order__version", "requester", "staff", "service", "fee"
    ).get(pk=payload["appointment_id"])
    if row.state not in states:
        raise Withdrawn(f"The appointment is {row.get_state_display().lower()} by now.")
    zone, version = row.order.zone, row.order.version
    titles = dict(version.calendars.values_list("key", "title")) if row.fee else {}
    was = [datetime.fromisoformat(instant) for instant in payload.get("was", [])]
    context = {
        "appointment": row,
        "when": span(row.starts_at, row.ends_at, zone),
        "was": span(was[0], was[1], zone) if was else "",
        "reason": payload.get("reason", row.decision),
        "for_client": payload.get("for_client", False),
        "fee": fee(row.fee, currency=version.currency, calendars=titles) if row.fee else [],
    }
    text = render_to_string(f"mail/appointment_{template}.txt", context)
    return Email(
        subject=f"{title}: {row.subject}",
        text=text.rstrip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
    )
