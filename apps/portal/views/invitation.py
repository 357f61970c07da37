"""Taking up an invitation: the link of a mail, which needs no password but proves an address."""

from typing import Any, cast

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.contracts import services
from apps.contracts.models import User
from apps.contracts.services import Invitation, InvitationOver
from apps.portal.access import ACCOUNT
from apps.portal.forms.sign_in import JoinForm
from apps.portal.views.sign_in import framed

PAGE = "account/invitation.html"
GONE = 410


@framed
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let a person choose name and password, or join the login that they have.

    Opening it changes nothing, for the scanners of mail programs open links.

    Clause: V-3.5.
    """
    try:
        invitation = services.read_invitation(token=token, at=timezone.now())
        if invitation.user is None and not request.user.is_authenticated:
            return _choose(request, token, invitation)
        if request.method == "POST" and invitation.user == request.user:
            return _join(request, token)
    except InvitationOver as over:
        context = {"over": str(over)}
        return TemplateResponse(request, PAGE, context, status=GONE)
    return TemplateResponse(request, PAGE, {**_facts(invitation), "reader": request.user})


def _choose(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    """Ask a person without a login for a name and a password; then sign them in."""
    person = invitation.person
    form = JoinForm(
        request.POST or None, initial={"name": person.name}, address=person.email.lower()
    )
    if request.method == "POST" and form.is_valid():
        user = services.join_as_new(
            token=token,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            at=timezone.now(),
        )
        messages.success(request, _("Welcome. You have taken your seat."))
        login = Login(user=user, email=user.email)
        return perform_password_login(request, {"email": user.email}, login)
    return TemplateResponse(request, PAGE, {**_facts(invitation), "form": form})


def _join(request: HttpRequest, token: str) -> HttpResponse:
    person = services.join(token=token, user=cast(User, request.user), at=timezone.now())
    request.session[ACCOUNT] = person.order.account_id
    messages.success(
        request, _("You now belong to %(account)s too.") % {"account": person.order.account}
    )
    return redirect("portal:home")


def _facts(invitation: Invitation) -> dict[str, Any]:
    return {
        "person": invitation.person,
        "account": invitation.person.order.account,
        "has_login": invitation.user is not None,
        "is_theirs": invitation.user,
    }
