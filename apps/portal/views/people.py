"""The people of the reader's orders: who they are, what they may do, and changing that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.models import RIGHTS, AuthorisedUser
from apps.contracts.queries.people import edition_of
from apps.contracts.services import (
    DashboardSuspended,
    PersonRefused,
    add_person,
    bring_back_person,
    change_person,
    end_person,
    invite_again,
)
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.forms.people import EndForm, PersonForm
from apps.portal.queries.keyset import number_in
from apps.portal.queries.people import changes_of, listed, managed_orders, people_of

REFUSED, SUSPENDED = 422, 403
Act = Callable[[], AuthorisedUser]


@dataclass(slots=True)
class Told:
    """Why an act was refused; "": it was not. ``clause`` only: the dashboard is suspended."""

    status: int | None = None
    refusal: str = ""
    field: str = ""
    clause: str = ""


@page(needs="users")
def people(request: SeatedRequest) -> HttpResponse:
    """List the people of the orders whose users the reader may manage, by name.

    Clause: V-3.5.
    """
    is_ended = bool(request.GET.get("ended"))
    after = number_in(request.GET.get("after", ""))
    rows, following = people_of(request.seat, ended=is_ended, after=after, at=timezone.now())
    orders = managed_orders(request.seat)
    context = {
        "rows": rows,
        "next": following,
        "is_first": not after,
        "is_ended": is_ended,
        "orders": orders,
    }
    return TemplateResponse(request, "portal/people/list.html", _framed(request, context))


@page(needs="users", methods=("GET", "POST"))
def person_add(request: SeatedRequest) -> HttpResponse:
    """Add somebody to an order and invite them; refused while the dashboard is suspended.

    Clause: V-3.5, S-12.
    """
    orders, seat = managed_orders(request.seat), request.seat
    held = {right for order in orders for right in RIGHTS if right in seat.people[order.pk].rights}
    form = PersonForm(request.POST or None, orders=orders, held=held)
    told = Told()
    if request.method == "POST" and form.is_valid():
        order = int(form.cleaned_data.get("order") or orders[0].pk)
        by, to, why = seat.people[order], form.to(), form.cleaned_data["reason"]
        told = _try(lambda: add_person(by=by, to=to, reason=why, at=timezone.now()))
        if not told.status:
            messages.success(request, _("%(name)s is invited by mail.") % {"name": to.name})
            return redirect("portal:people")
    context = {"form": _with(form, told), "is_new": True}
    return _shown(request, "portal/people/person.html", context, told, form)


@page(needs="users", methods=("GET", "POST"))
def person(request: SeatedRequest, person: int) -> HttpResponse:
    """Show a person, and change them; who has ended is brought back.

    Clause: V-3.5, S-12.
    """
    who, by = _found(request, person)
    edition = edition_of(who)
    form = PersonForm(request.POST or None, held=by.rights, person=who, edition=edition)
    told = Told()
    if request.method == "POST" and form.is_valid():
        facts: dict[str, Any] = {
            "person": who,
            "by": by,
            "to": form.to(),
            "seen": form.cleaned_data["seen"] or 0,
            "reason": form.cleaned_data["reason"],
            "at": timezone.now(),
        }
        act = change_person if who.is_active else bring_back_person
        told = _try(lambda: act(**facts))
        if not told.status:
            messages.success(request, _("Saved."))
            return _after(who, by)
        if told.status == REFUSED:
            # They have read why: what they send next is meant for what there is now.
            sent = request.POST.copy()
            sent["seen"] = str(edition_of(who))
            form.data = sent
    return _shown(request, *_page_of(who, by, form, told), told, form)


@page(needs="users", methods=("GET", "POST"))
def person_end(request: SeatedRequest, person: int) -> HttpResponse:
    """Ask why somebody ends, then end them; refused while the dashboard is suspended.

    Clause: V-3.5, S-12.
    """
    who, by = _found(request, person)
    if not who.is_active:
        return redirect("portal:person", person=who.pk)
    form = EndForm(request.POST or None)
    told = Told()
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        told = _try(lambda: end_person(person=who, by=by, reason=why, at=timezone.now()))
        if not told.status:
            messages.success(request, _("The seat of %(name)s has ended.") % {"name": who.name})
            return _after(who, by)
    context = {"form": _with(form, told), "who": who, "is_reader": who == by}
    return _shown(request, "portal/people/end.html", context, told, form)


@page(needs="users", methods=("POST",))
def person_invite(request: SeatedRequest, person: int) -> HttpResponse:
    """Mail somebody who has not joined a new link.

    Clause: V-3.5, S-12.
    """
    who, by = _found(request, person)
    told = _try(lambda: invite_again(person=who, by=by, at=timezone.now()))
    if told.status:
        form = PersonForm(held=by.rights, person=who, edition=edition_of(who))
        return _shown(request, *_page_of(who, by, form, told), told, form)
    messages.success(
        request, _("%(name)s is invited anew. Earlier links end.") % {"name": who.name}
    )
    return redirect("portal:person", person=who.pk)


def _found(request: SeatedRequest, key: int) -> tuple[AuthorisedUser, AuthorisedUser]:
    """Return whom an address names, and who the reader is there; go over to that account.

    :raises Http404: they are not there, or not of an order whose users the reader may manage.
    """
    rows = AuthorisedUser.objects.select_related("order__account")
    orders = [order for seat in request.seats for order in managed_orders(seat)]
    who = rows.filter(pk=key, order__in=orders).first()
    if who is None:
        raise Http404("No such person.")
    seat = move_to(request, who.order.account_id, needs="users")
    return who, seat.people[who.order_id]


def _try(act: Act) -> Told:
    """Do it, or return why not."""
    try:
        act()
    except DashboardSuspended as suspended:
        # Why names amounts, which not everybody may see: the page says what it may.
        return Told(SUSPENDED, clause=suspended.clause)
    except PersonRefused as refused:
        why = f"{refused} ({refused.clause})" if refused.clause else str(refused)
        return Told(REFUSED, why, refused.field)
    return Told()


def _with(form: Any, told: Told) -> Any:
    if told.refusal:
        form.add_error(told.field if told.field in form.fields else None, told.refusal)
    return form


def _page_of(
    who: AuthorisedUser, by: AuthorisedUser, form: PersonForm, told: Told
) -> tuple[str, dict[str, Any]]:
    context = {
        "form": _with(form, told) if form.is_bound else form,
        "refusal": "" if form.is_bound else told.refusal,
        "who": who,
        "listed": listed(who, at=timezone.now()),
        "changes": changes_of(who),
        "is_reader": who == by,
    }
    return "portal/people/person.html", context


def _shown(
    request: SeatedRequest, template: str, context: dict[str, Any], told: Told, form: Any
) -> HttpResponse:
    status = told.status or (REFUSED if form.is_bound and form.errors else None)
    framed = _framed(request, context, told)
    return TemplateResponse(request, template, framed, status=status)


def _framed(
    request: SeatedRequest, context: dict[str, Any], told: Told | None = None
) -> dict[str, Any]:
    """Add whether the dashboard is suspended, and by which clause."""
    standing = request.seat.standing if request.seat.is_dashboard_suspended else None
    is_refused = told is not None and told.status == SUSPENDED
    clause = told.clause if told is not None and is_refused else (standing and standing.clause)
    return {**context, "is_suspended": is_refused or standing is not None, "clause": clause or ""}


def _after(who: AuthorisedUser, by: AuthorisedUser) -> HttpResponse:
    """Go back to the list; who changed themselves may not see it any more."""
    return redirect("portal:home" if who == by else "portal:people")
