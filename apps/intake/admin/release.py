"""Taking a refused request after all: in whose name, onto which ticket, and why."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import AuthorisedUser, User
from apps.intake import services
from apps.intake.admin.new_request import FORM_REFUSED, MOST_PEOPLE, people_for
from apps.intake.models import RefusedRequest, Release
from apps.tickets.models import Ticket

PAGE = "admin/intake/refusedrequest/release.html"
NAMED, NEW = "named", "new"
# Who may work a mail off again may also decide that a refusal was one too many.
MAY_RELEASE = "intake.change_inboundmail"


class ReleaseForm(forms.Form):
    """In whose name, where to, and why."""

    client = forms.ModelChoiceField(
        AuthorisedUser.objects.filter(is_active=True).select_related("order"),
        label="Authorised user",
        error_messages={
            "required": "Choose in whose name it is taken.",
            "invalid_choice": "That person may not ask any more: choose another.",
        },
    )
    to = forms.ChoiceField(
        label="What becomes of it",
        choices=[(NAMED, "Add it to the ticket"), (NEW, "Register a new ticket")],
        error_messages={"required": "Choose what becomes of it."},
    )
    why = forms.CharField(
        max_length=500, error_messages={"required": "Say why it is taken after all."}
    )

    def __init__(self, data: Any = None, *, ticket: Ticket | None) -> None:
        initial = {"to": NAMED if ticket else NEW}
        super().__init__(data, auto_id="release_%s", initial=initial)


def may_release(request: HttpRequest, refused: RefusedRequest) -> bool:
    """Whether the reader may take it after all, and it is one that can be taken."""
    if not request.user.has_perm(MAY_RELEASE) or refused.wanted not in services.RELEASED:
        return False
    return not Release.objects.filter(refused=refused).exists()


def release(request: HttpRequest, *, site: dict[str, Any], refused: RefusedRequest) -> HttpResponse:
    """Show what was asked and who could be meant; take it, or say why not.

    Clause: V-3.5.
    """
    if not request.user.has_perm(MAY_RELEASE):
        raise PermissionDenied
    done = Release.objects.filter(refused=refused).select_related("ticket").first()
    if done is not None:
        messages.info(request, f"It was taken before: {done.ticket.number}.")
        return _to(done.ticket)
    if request.method != "POST":
        return _page(request, site, refused, ReleaseForm(ticket=refused.named))
    form = ReleaseForm(request.POST, ticket=refused.named)
    if not form.is_valid():
        return _page(request, site, refused, form)
    given = form.cleaned_data
    try:
        done = services.release(
            refused=refused,
            as_client=given["client"],
            to_named=given["to"] == NAMED,
            why=given["why"],
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except services.NotReleased as refusal:
        form.add_error(None, str(refusal))
        return _page(request, site, refused, form)
    verb = "Added to" if given["to"] == NAMED else "Registered as"
    messages.success(request, f"{verb} {done.ticket.number}, in the name of {given['client']}.")
    return _to(done.ticket)


def _to(ticket: Ticket) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))


def _page(
    request: HttpRequest, site: dict[str, Any], refused: RefusedRequest, form: ReleaseForm
) -> HttpResponse:
    found = people_for(request)
    if not found["is_asked"]:
        found["people"] = list(_of_order(refused)[:MOST_PEOPLE])
    people = [person for person in found["people"] if person.is_active]
    context = {"refused": refused, "form": form, **found, "people": people, "named": refused.named}
    status = FORM_REFUSED if form.is_bound else None
    return TemplateResponse(request, PAGE, {**site, **context}, status=status)


def _of_order(refused: RefusedRequest) -> Any:
    """Return who may ask under the order of the ticket that it names, or of who asked."""
    order = refused.named.order_id if refused.named else refused.order_id
    people = AuthorisedUser.objects.select_related("order__account", "order__plan")
    return people.filter(order=order, is_active=True).order_by("name", "pk")
