"""Acts on many tickets at once: each by the service that one ticket takes, refusals by number.

All of it is one transaction: what the services refuse is told and the rest is done; where something
fails, nothing is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts.admin.keys import key_in, keys_in
from apps.contracts.models import PolicyVersion, User
from apps.tickets import services
from apps.tickets.admin.bulk_forms import AssignManyForm, SeverityOfManyForm
from apps.tickets.admin.refusals import in_full
from apps.tickets.models import Event, Ticket

MOST_TAKEN = 200
MOST_REASONS = 10  # refusals told with their reason; of more, the numbers
REFUSED = 422
PAGE = "admin/tickets/ticket/together.html"

Act = Callable[[Ticket, Mapping[str, Any], User, datetime], None]


def take(admin: ModelAdmin, request: HttpRequest) -> None:
    """Put the chosen tickets on the desk of who asks."""
    me = cast(User, request.user)  # the admin lets in nobody unknown
    chosen = chosen_in(admin, request)
    if chosen:
        _do(admin, request, chosen, act=_assign, given={"to": me}, done="assigned to you")


def chosen_in(admin: ModelAdmin, request: HttpRequest) -> list[Ticket]:
    """Return the tickets that were ticked in the list, wherever they are by now.

    Where they are too many, that is said, and none is returned.
    """
    ticked = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
    return _chosen(admin, request, [key_in(key) for key in ticked])


def _chosen(admin: ModelAdmin, request: HttpRequest, keys: Sequence[int]) -> list[Ticket]:
    chosen = list(Ticket.objects.filter(pk__in=keys).order_by("pk")[: MOST_TAKEN + 1])
    if len(chosen) > MOST_TAKEN:
        text = f"Nobody works on more than {MOST_TAKEN} at a time: choose fewer."
        admin.message_user(request, text, messages.ERROR)
        return []
    return chosen


def address(name: str, chosen: Sequence[Ticket], *, back: str) -> str:
    """Return the page of an act on these tickets. ``back``: the list that it leads back to."""
    page = reverse("admin:tickets_ticket_together", args=[name])
    keys = ",".join(str(ticket.pk) for ticket in chosen)
    return f"{page}?{urlencode({'tickets': keys, 'back': back})}"


def view(admin: Any, request: HttpRequest, name: str) -> HttpResponse:
    """Show the form of an act for the tickets that the address names, or do it."""
    if not admin.has_act_permission(request):
        raise PermissionDenied
    if name not in _ACTS:
        raise Http404
    chosen = _chosen(admin, request, keys_in(request.GET.get("tickets")))
    back = f"{reverse('admin:tickets_ticket_changelist')}?{request.GET.get('back', '')}"
    if not chosen:
        return HttpResponseRedirect(back)
    form_class, act, title, done = _ACTS[name]
    versions = sorted({ticket.version_id for ticket in chosen})
    form = form_class(request.POST or None, version_id=versions[0])
    is_mixed = name == "severity" and len(versions) > 1
    if request.method == "POST" and not is_mixed and form.is_valid():
        given = form.cleaned_data
        _do(admin, request, chosen, act=act, given=given, done=done(given))
        return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "media": admin.media,
        "is_fullwidth": "1",
        "title": title,
        "name": name,
        "form": form,
        "chosen": chosen,
        "back": back,
        "policies": _policies(chosen) if is_mixed else [],
    }
    status = REFUSED if request.method == "POST" else None
    return TemplateResponse(request, PAGE, context, status=status)


def _policies(chosen: Sequence[Ticket]) -> list[tuple[PolicyVersion, list[Ticket]]]:
    """Return the policy versions of the tickets, each with those that are under it."""
    keys = {ticket.version_id for ticket in chosen}
    versions = PolicyVersion.objects.select_related("policy").filter(pk__in=keys).order_by("pk")
    return [
        (version, [ticket for ticket in chosen if ticket.version_id == version.pk])
        for version in versions
    ]


def _do(
    admin: ModelAdmin,
    request: HttpRequest,
    chosen: Sequence[Ticket],
    *,
    act: Act,
    given: Mapping[str, Any],
    done: str,
) -> None:
    """Do it to each ticket, and say what was done and what was refused, by number."""
    me, at = cast(User, request.user), timezone.now()
    refused: list[tuple[str, str]] = []
    with transaction.atomic():
        for ticket in chosen:
            try:
                act(ticket, given, me, at)
            except services.Refused as refusal:
                why = in_full(refusal, version_id=ticket.version_id)
                refused.append((ticket.number, why))
    count = len(chosen) - len(refused)
    if count:
        many = "1 ticket" if count == 1 else f"{count} tickets"
        admin.message_user(request, f"{many} {done}.", messages.SUCCESS)
    for number, why in refused[:MOST_REASONS]:
        admin.message_user(request, f"Not changed, {number}: {why}", messages.WARNING)
    if refused[MOST_REASONS:]:
        numbers = ", ".join(number for number, _ in refused[MOST_REASONS:])
        admin.message_user(request, f"Not changed either: {numbers}.", messages.WARNING)


def _assign(ticket: Ticket, given: Mapping[str, Any], me: User, at: datetime) -> None:
    services.assign(ticket=ticket, to=given["to"], by=me, at=at)


def _change_severity(ticket: Ticket, given: Mapping[str, Any], me: User, at: datetime) -> None:
    if ticket.severity_id == given["to"].pk and _was_said(ticket, given, me):
        return  # a double click
    services.change_severity(ticket=ticket, by=me, at=at, **given)


def _was_said(ticket: Ticket, given: Mapping[str, Any], me: User) -> bool:
    last = ticket.events.filter(kind=Event.What.SEVERITY_CHANGED).order_by("-pk").first()
    words = {"reason": given["reason"].key, "explanation": given["explanation"]}
    return last is not None and last.by_id == me.pk and words.items() <= last.facts.items()


def _on_desk(given: Mapping[str, Any]) -> str:
    return f"assigned to {given['to']}" if given["to"] else "put back to the queue"


_ACTS: dict[str, tuple[type[Any], Act, str, Callable[[Mapping[str, Any]], str]]] = {
    "assign": (AssignManyForm, _assign, "Assign tickets", _on_desk),
    "severity": (
        SeverityOfManyForm,
        _change_severity,
        "Change severity",
        lambda given: f"set to {given['to']}",
    ),
}
