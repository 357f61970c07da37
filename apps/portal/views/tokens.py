"""Tokens of the API: which there are, making one, which is shown once, and ending one."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.contracts.services import Issued, TokenRefused, end_token, issue_token
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.forms.tokens import TokenForm
from apps.portal.queries.keyset import number_in
from apps.portal.queries.tokens import Listed, offered, token_of, tokens_of

REFUSED = 422
# Where the form says what a refusal is about; elsewhere it is about the whole.
FIELDS = {name: name for name in ("name", "person", "scopes")} | {"expires_at": "ends_on"}


@page(needs="users")
def tokens(request: SeatedRequest) -> HttpResponse:
    """List the tokens of the orders whose users the reader may manage, and say how to ask.

    Clause: V-3.5.
    """
    is_over = bool(request.GET.get("over"))
    after = number_in(request.GET.get("after", ""))
    rows, following = tokens_of(request.seat, over=is_over, after=after, at=timezone.now())
    context = {
        "rows": rows,
        "next": following,
        "is_first": not after,
        "is_over": is_over,
        **_how_to_ask(),
    }
    return TemplateResponse(request, "portal/tokens/list.html", context)


@page(needs="users", methods=("GET", "POST"))
def token_new(request: SeatedRequest) -> HttpResponse:
    """Ask what a token is for, make it, and show it: on this answer, and never again.

    Clause: V-3.5.
    """
    wanted = number_in((request.POST or request.GET).get("person", ""))
    people = offered(request.seat, wanted=wanted)
    by_key = {person.pk: person for person in people}
    held = {right for each in people if each.pk in _own(request) for right in each.rights}
    form = TokenForm(request.POST if request.method == "POST" else None, people=people, held=held)
    if wanted in by_key:
        form.initial["person"] = wanted
    if request.method == "POST" and form.is_valid():
        person = by_key[form.cleaned_data["person"]]
        try:
            issued = issue_token(
                person=person,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                by=request.seat.user,
                at=timezone.now(),
                expires_at=form.expires_at,
                of_client=request.seat.people[person.order_id],
            )
        except TokenRefused as refused:
            form.add_error(FIELDS.get(refused.field), str(refused))
        else:
            return _shown_once(request, issued)
    status = REFUSED if form.errors else None
    return TemplateResponse(request, "portal/tokens/new.html", {"form": form}, status=status)


@page(needs="users", methods=("GET", "POST"))
def token_end(request: SeatedRequest, token: int) -> HttpResponse:
    """Ask whether a token is to end, then end it.

    Clause: V-3.5.
    """
    found = _found(request, token)
    row = found.token
    if row.ended_at is not None:
        return redirect("portal:tokens")
    if request.method == "POST":
        by = request.seat.people[row.person.order_id]  # type: ignore[union-attr]
        end_token(token=row, by=request.seat.user, of_client=by, at=timezone.now())
        messages.success(request, _("“%(name)s” has ended.") % {"name": row.name})
        return redirect("portal:tokens")
    return TemplateResponse(request, "portal/tokens/end.html", {"row": found})


def _shown_once(request: SeatedRequest, issued: Issued) -> HttpResponse:
    """Answer with the token itself: it is in no redirect, no message, no log and no history."""
    context = {"issued": issued, **_how_to_ask()}
    return TemplateResponse(request, "portal/tokens/shown.html", context)


def _how_to_ask() -> dict[str, Any]:
    root = f"{settings.BASE_URL}{reverse('api:api-root')}"
    return {"root": root, "most": settings.API_REQUESTS_A_MINUTE}


def _own(request: SeatedRequest) -> set[int]:
    """Return who the reader is, under the orders whose users they may manage."""
    return {each.pk for each in request.seat.people.values() if each.may_manage_users}


def _found(request: SeatedRequest, key: int) -> Listed:
    """Return the token that an address names; go over to its account.

    :raises Http404: it is not there, or of an order whose users the reader may not manage.
    """
    for seat in request.seats:
        found = token_of(seat, key, at=timezone.now())
        if found is not None:
            move_to(request, seat.account.pk, needs="users")
            return found
    raise Http404("No such token.")
