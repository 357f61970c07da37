"""Going over to another account of the same person."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.portal.access import SeatedRequest, move_to, page


@page(methods=("POST",))
def switch(request: SeatedRequest) -> HttpResponse:
    """Look at another account from now on."""
    try:
        wanted = int(request.POST.get("account", ""))
    except ValueError:
        raise Http404("No such account.") from None
    seat = move_to(request, wanted)
    messages.success(request, _("You now look at %(account)s.") % {"account": seat.account})
    return redirect("portal:home")
