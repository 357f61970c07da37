"""The first page: what waits for the reader. Each part of it reads no more than it shows."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.portal.access import SeatedRequest, page
from apps.portal.queries.appointments.listed import next_appointments
from apps.portal.queries.maintenance import windows_to_come
from apps.portal.queries.money import home_money
from apps.portal.queries.outages.incidents import ongoing_at
from apps.portal.queries.tickets.home import home_tickets

COMING = 3  # appointments


@page()
def home(request: SeatedRequest) -> HttpResponse:
    """Show what waits for the reader at the account that they look at.

    Clause: V-3.5.
    """
    at, seat = timezone.now(), request.seat
    sees_money = seat.may("money")
    context = {
        "incidents": ongoing_at(seat),
        "windows": windows_to_come(seat, at=at),
        "tickets": home_tickets(seat, at=at),
        "coming": next_appointments(seat, at=at, most=COMING),
        "sees_money": sees_money,
        "sums": home_money(seat, at=at) if sees_money else [],
    }
    return TemplateResponse(request, "portal/home.html", context)
