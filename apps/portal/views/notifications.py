"""Which mails the reader wants, of those that they are not owed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.services import choose_mails
from apps.portal.access import SeatedRequest, page
from apps.portal.queries.notifications import mails_of


@page(methods=("GET", "POST"))
def notifications(request: SeatedRequest) -> HttpResponse:
    """Show which mails the reader can do without, and keep what they choose.

    Clause: V-3.5, V-6.6, S-12.
    """
    user = request.seat.user
    mails = mails_of(user, request.seats)
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted"))
        shown = {str(each.kind) for each in mails.choices}
        # What is not shown here, because no order has it now, stays as it is.
        unwanted = (set(mails.unwanted) - shown) | (shown - wanted)
        choose_mails(user=user, unwanted=unwanted, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("portal:notifications")
    context = {"mails": mails}
    return TemplateResponse(request, "portal/people/notifications.html", context)
