"""Signing in and what belongs to it: allauth's pages in our frame, sessions, the reader's name."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.decorators import login_required
from allauth.usersessions import views as theirs
from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.contracts import services
from apps.contracts.models import User
from apps.portal.access import SeatedRequest, take_seat
from apps.portal.forms.sign_in import YouForm

View = Callable[..., HttpResponse]


def framed(view: View) -> View:
    """Show a page of signing in with the reader's account around it; nobody keeps a copy."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            take_seat(cast(SeatedRequest, request))
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return shown


def closed(request: HttpRequest) -> HttpResponse:
    """Answer as if there were nothing here.

    :raises Http404: always.
    """
    raise Http404("Not offered here.")


@framed
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def you(request: HttpRequest) -> HttpResponse:
    """Show the reader's name and time zone, and change them."""
    person = cast(User, request.user)
    known = {"name": person.get_full_name(), "time_zone": person.time_zone}
    form = YouForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        services.describe_yourself(user=person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account_you")
    return TemplateResponse(request, "account/you.html", {"form": form})


class SessionsForm(ManageUserSessionsForm):
    """Which session is ended; none is named: all but this one."""

    session = forms.IntegerField(required=False)

    def save(self, request: HttpRequest) -> None:
        """End it, if it is the reader's; another's is not there."""
        chosen = self.cleaned_data["session"]
        if chosen is None:
            super().save(request)
        else:
            end_sessions(request, UserSession.objects.filter(user=request.user, pk=chosen))


class SessionsView(theirs.ListUserSessionsView):
    """Where somebody is signed in; each can be ended."""

    form_class = SessionsForm


sessions = SessionsView.as_view()
