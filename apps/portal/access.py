"""The one door of every portal page: who is signed in, at which account, with which right.

A page that lets nobody else in says so where it is written::

    @page(needs="money")
    def invoices(request: SeatedRequest) -> HttpResponse: ...

Whoever is signed out is sent to sign in. Whoever has no seat, or not the right, gets the same 404
as for what does not exist. Whoever has to sign in with a second factor and has none is sent to set
one up, and gets nowhere else.
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from apps.contracts.models import User
from apps.portal.queries.seats import RIGHTS, Seat, seat_at, seats_of

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
ACCOUNT = "portal_account"  # the key in the session of the account that is looked at
View = Callable[..., HttpResponse]


class SeatedRequest(HttpRequest):
    """A request of somebody who has a seat."""

    seat: Seat
    seats: list[Seat]
    htmx: Any


def page(*, needs: str = "", methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Make a view a page of the portal. ``needs`` is one of RIGHTS, or nothing.

    Clause: V-3.5.
    """
    if needs and needs not in RIGHTS:
        raise ValueError(f"{needs} is not one of {', '.join(RIGHTS)}.")
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            turned = _turned_away(request, needs, allowed)
            if turned is not None:
                return turned
            response = view(request, *args, **kwargs)
            # What an account's people read is theirs alone, and gone once they sign out.
            if not response.has_header("Cache-Control"):
                patch_cache_control(response, private=True, no_store=True)
            return response

        checked.portal_needs = needs  # type: ignore[attr-defined]
        return checked

    return decorate


def _turned_away(request: HttpRequest, needs: str, allowed: Collection[str]) -> HttpResponse | None:
    """Seat the person; else say where to they are sent instead.

    :raises Http404: they have no seat, or not the right.
    """
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if request.method not in allowed:
        return HttpResponseNotAllowed(sorted(allowed))
    seated = cast(SeatedRequest, request)
    if not take_seat(seated):
        if request.user.is_staff:
            return redirect("admin:index")
        raise Http404("No seat.")
    if lacks_second_factor(seated):
        return _to_second_factor(request)
    if needs and not seated.seat.may(needs):
        raise Http404("Not their right.")
    return None


def take_seat(request: SeatedRequest) -> bool:
    """Seat the person at the account that they looked at last; else at their first. False: none."""
    request.seats = seats_of(cast(User, request.user))
    if not request.seats:
        return False
    request.seat = seat_at(request.seats, request.session.get(ACCOUNT)) or request.seats[0]
    return True


def lacks_second_factor(request: SeatedRequest) -> bool:
    """Tell whether an order at one of the person's accounts needs what they have not set up.

    Of any account: who is signed in goes over to each without signing in anew. Asked for only
    where an order needs it, by one query.
    """
    needed = any(seat.needs_second_factor for seat in request.seats)
    return needed and not is_mfa_enabled(request.user, SECOND_FACTORS)


def move_to(request: SeatedRequest, account_id: int, *, needs: str = "") -> Seat:
    """Seat the person at another account of theirs: where what they opened belongs to it.

    :raises Http404: they have no seat there, or not the right.
    """
    seat = seat_at(request.seats, account_id)
    if seat is None or (needs and not seat.may(needs)):
        raise Http404("No seat.")
    if seat is not request.seat:
        request.seat = seat
        request.session[ACCOUNT] = account_id
    return seat


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    target = reverse("mfa_index")
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": target})
    messages.warning(request, _("Your account asks for a second factor. Set one up to go on."))
    return redirect(target)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to sign in; a part of a page that renews itself sends its whole page there."""
    if getattr(request, "htmx", False):
        shown = urlsplit(request.htmx.current_url or reverse("portal:home"))  # type: ignore[attr-defined]
        target = f"{settings.LOGIN_URL}?next={shown.path}"
        return HttpResponse(headers={"HX-Redirect": target})
    wanted = (
        request.get_full_path() if request.method in ("GET", "HEAD") else reverse("portal:home")
    )
    return redirect_to_login(wanted)
