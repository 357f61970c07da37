"""The list of appointments, and each of them."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.contracts.models import Appointment
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.queries.appointments.asked import booking_steps, install_cost
from apps.portal.queries.appointments.listed import (
    appointment_at,
    appointments_of,
    changes_of,
    may_change,
    stands,
)

HISTORY = 50  # changes that are shown, the latest first


@page()
def appointments(request: SeatedRequest) -> HttpResponse:
    """List the appointments that the reader may see: to come, or past.

    Clause: V-3.5, S-2.1, S-3.
    """
    is_past = request.GET.get("shown") == "past"
    after = request.GET.get("after", "")
    found = appointments_of(request.seat, at=timezone.now(), is_past=is_past, after=after)
    context = {
        "rows": found.rows,
        "is_past": is_past,
        "first": "shown=past" if is_past else "",
        "after": f"after={found.next}" if found.next else "",
        "is_first": not after,
    }
    return TemplateResponse(request, "portal/appointments/list.html", context)


@page()
def appointment(request: SeatedRequest, appointment: int) -> HttpResponse:
    """Show an appointment: how it stands, why it could be booked, what it costs, what happened.

    Clause: V-3.5, S-2.1, S-3, R-7.
    """
    row, at = found(request, appointment), timezone.now()
    zone = timezone.get_current_timezone_name()
    cost = None
    if row.fee_id:
        cost = install_cost(
            row.order,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_priority=row.is_priority,
            zone=zone,
        )
    context = {
        "appointment": row,
        "order": row.order,
        "stands": stands(row, at=at),
        "steps": list(booking_steps(row)),
        "cost": cost,
        "changes": changes_of(row, most=HISTORY),
        "may_change": may_change(row, at=at) and request.seat.may_under("open", row.order_id),
    }
    return TemplateResponse(request, "portal/appointments/one.html", context)


def found(request: SeatedRequest, key: int, *, needs: str = "") -> Appointment:
    """Return the appointment, and go over to its account.

    Clause: V-3.5.

    :raises Http404: it is not there or not theirs to see, or they have not the right.
    """
    row = appointment_at(key, seats=request.seats)
    if row is None:
        raise Http404("No such appointment.")
    seat = move_to(request, row.order.account_id)
    if needs and not seat.may_under(needs, row.order_id):
        raise Http404("Not their right.")
    return row
