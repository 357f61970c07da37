"""A ticket's page, the part of it that renews itself, its files, and replies."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.queries.restrictions import told
from apps.intake.services import reply
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.acts import ReplyForm
from apps.portal.queries.refusals import in_full
from apps.portal.queries.tickets.said import file_at
from apps.portal.queries.tickets.ticket import news_since, read, seen_of, with_rights
from apps.portal.views.tickets.found import REFUSED, Found, found
from apps.tickets.attachments import download, take_files
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

PAGE, LIVE = "portal/tickets/ticket.html", "portal/tickets/live.html"
UNCHANGED, DONE = 204, 286  # htmx asks no more after the second


@page()
def ticket(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Show a ticket: what was said, what is promised, what can be done.

    Clause: V-3.5, V-8.1.4.
    """
    return _page(request, found(request, ticket), ReplyForm(auto_id="reply_%s"))


@page()
def ticket_live(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Return the parts of the page that changed since it was made; nothing, where none did.

    Clause: V-3.5.
    """
    at = found(request, ticket)
    seen = request.GET.get("seen", "")
    if seen == seen_of(at.ticket):
        return HttpResponse(status=UNCHANGED)
    context = _context(request, at) | {"news": news_since(at.ticket, seen), "is_live": True}
    is_closed = at.ticket.status == Ticket.State.CLOSED
    return TemplateResponse(request, LIVE, context, status=DONE if is_closed else None)


@page(methods=("POST",))
def ticket_reply(request: SeatedRequest, ticket: int) -> HttpResponse:
    """Put what the reader wrote on the ticket.

    Clause: V-2-resolution, V-3.1, V-3.5, V-8.1.4, S-12.
    """
    at = found(request, ticket)
    form = ReplyForm(request.POST, auto_id="reply_%s")
    take_files(form, request)
    if not form.is_valid():
        return _page(request, at, form, status=REFUSED)
    said = form.cleaned_data
    try:
        there = reply(
            ticket=at.ticket,
            client=at.person,
            text=said["text"],
            at=timezone.now(),
            source_key=f"portal:{form.name()}",
            uploads=said["attached"] or [],
        )
    except Refused as refusal:
        sees_money = request.seat.may("money")
        why = told(in_full(refusal, [at.ticket]), request.seat.account, sees_money=sees_money)
        form.add_error(None, why)
        return _page(request, at, form, status=REFUSED)
    messages.success(
        request, _("Your message is on %(number)s. It is our turn.") % {"number": there.number}
    )
    return redirect("portal:ticket", there.pk)


@page()
def ticket_file(request: SeatedRequest, file: int) -> HttpResponse:
    """Send a file, so that no browser shows or runs it in our name.

    Clause: V-3.5.
    """
    row = file_at(file, seats=request.seats)
    if row is None:
        raise Http404("No such file.")
    found(request, row.message.ticket_id)
    return download(row)


def _page(
    request: SeatedRequest, at: Found, form: ReplyForm, *, status: int | None = None
) -> HttpResponse:
    context = _context(request, at) | {"form": form}
    return TemplateResponse(request, PAGE, context, status=status)


def _context(request: SeatedRequest, at: Found) -> dict[str, object]:
    everything = bool(request.GET.get("all"))
    zone = timezone.get_current_timezone_name()
    return {
        "read": read(at.ticket, at=timezone.now(), zone=zone, everything=everything),
        "ticket": at.ticket,
        "policy_zone": at.ticket.version.time_zone,
        "everything": everything,
        "is_closed": at.ticket.status == Ticket.State.CLOSED,
        **with_rights(request.seat, at.ticket),
    }
