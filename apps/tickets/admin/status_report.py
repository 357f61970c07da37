"""One click: the client hears how their open tickets stand."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import Order, User
from apps.tickets import services
from apps.tickets.admin.refusals import in_full
from apps.tickets.queries.status_report import orders_to_report

LOST = "Something of the page got lost on its way: send it once more."


def send_report(request: HttpRequest, order_id: int) -> HttpResponse:
    """Send the report and go back to where the button is; who only asks for the page goes there.

    Clause: V-6.1.
    """
    if not request.user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    order = Order.objects.select_related("version", "plan").filter(pk=order_id).first()
    if order is None:
        raise Http404("There is no such order.")
    by, at = cast(User, request.user), timezone.now()
    if order.pk not in orders_to_report([order], by, at=at):
        raise PermissionDenied
    if request.method == "POST":
        _send(request, order, by=by, at=at)
    if request.POST.get("from") == "home":
        return HttpResponseRedirect(reverse("admin:index") + "#my-clients")
    account = reverse("admin:contracts_account_change", args=[order.account_id])
    return HttpResponseRedirect(account)


def _send(request: HttpRequest, order: Order, *, by: User, at: datetime) -> None:
    try:
        key = str(UUID(request.POST.get("act_key", "")))
        count = services.send_status_report(order=order, by=by, at=at, act_key=key)
    except ValueError:
        messages.error(request, LOST)
    except services.Refused as refusal:
        messages.error(request, in_full(refusal, version_id=order.version_id))
    else:
        people = "1 person" if count == 1 else f"{count} people"
        messages.success(request, f"The status report is on its way to {people}.")
