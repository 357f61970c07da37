"""The account: what its orders promise, who serves them, and what help costs."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.portal.access import SeatedRequest, page
from apps.portal.queries.account.order import agreed_of, orders_of, term_of
from apps.portal.queries.keyset import number_in


@page()
def account(request: SeatedRequest) -> HttpResponse:
    """Show an order of the reader's, the first in force unless another is named.

    Clause: V-2-order, V-3.1, V-3.5, V-3.7, V-4, V-6.3, V-7.1, V-9.2, S-5-targets, S-7.
    """
    at, seat = timezone.now(), request.seat
    orders = orders_of(seat, at=at)
    wanted = number_in(request.GET.get("order", "")) or orders[0].pk
    order = next((each for each in orders if each.pk == wanted), None)
    if order is None:
        raise Http404("Not an order of theirs.")
    context = {
        "agreed": agreed_of(order, seat, at=at, reader=timezone.get_current_timezone()),
        "order": order,
        "orders": [(each, term_of(each, at=at)) for each in orders],
        "may_open": seat.may_under("open", order.pk),
    }
    return TemplateResponse(request, "portal/account/account.html", context)
