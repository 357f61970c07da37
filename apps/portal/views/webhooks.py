"""Webhooks of the reader's account: endpoints, what was sent to them, and sending it again."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.contracts import services
from apps.contracts.models import WebhookEndpoint
from apps.contracts.rules.webhooks import FAILS_AT_MOST, OF_MONEY
from apps.contracts.services.webhooks import MOST, Secured, WebhookRefused
from apps.outbox.models import Message
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.forms.webhooks import LACKING, ReplayForm, WebhookForm
from apps.portal.queries.keyset import number_in
from apps.portal.queries.webhooks import (
    attempts_of,
    endpoint_at,
    endpoints_of,
    log_of,
    manager_of,
    message_at,
    sent_of,
)

REFUSED = 422
LIST, ONE = "portal:webhooks", "portal:webhook"


@page(needs="users")
def webhooks(request: SeatedRequest) -> HttpResponse:
    """List the endpoints of the account, and say what is sent.

    Clause: S-12.
    """
    rows = endpoints_of(request.seat)
    context = {"rows": rows, "is_full": len(rows) >= MOST, "most": MOST, "days": FAILS_AT_MOST.days}
    return TemplateResponse(request, "portal/webhooks/list.html", context)


@page(needs="users", methods=("GET", "POST"))
def webhook_new(request: SeatedRequest) -> HttpResponse:
    """Ask where events go, make the endpoint, and show its secret: now and never again.

    Clause: S-12, V-3.5.
    """
    manager = manager_of(request.seat)
    data = request.POST if request.method == "POST" else None
    form = WebhookForm(data, sees_money=manager.may_see_invoices)
    if data is not None and form.is_valid():
        try:
            made = services.add_webhook(
                account=request.seat.account, to=form.to(), **_who(request), at=timezone.now()
            )
        except WebhookRefused as refused:
            _add(form, refused)
        else:
            return _shown(request, made, is_new=True)
    context = {"form": form, "lacking": LACKING}
    status = REFUSED if form.is_bound else None
    return TemplateResponse(request, "portal/webhooks/new.html", context, status=status)


@page(needs="users", methods=("GET", "POST"))
def webhook(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Show an endpoint with what was sent to it, and change it.

    Clause: S-12, V-3.5.
    """
    endpoint = _found(request, webhook)
    data = request.POST if request.method == "POST" else None
    sees_money = manager_of(request.seat).may_see_invoices
    form = WebhookForm(data, endpoint=endpoint, sees_money=sees_money)
    if data is not None and form.is_valid():
        try:
            services.change_webhook(
                endpoint=endpoint, to=form.to(), **_who(request), at=timezone.now()
            )
        except WebhookRefused as refused:
            _add(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(ONE, webhook=webhook)
    return _page(request, endpoint, form)


@page(needs="users", methods=("GET", "POST"))
def webhook_rotate(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Ask whether a new secret is wanted; then show it: now and never again.

    Clause: S-12.
    """
    endpoint = _found(request, webhook)
    if request.method == "POST":
        try:
            made = services.rotate_secret(endpoint=endpoint, **_who(request), at=timezone.now())
        except WebhookRefused as refused:
            messages.error(request, str(refused))
            return redirect(LIST)
        return _shown(request, made)
    return TemplateResponse(request, "portal/webhooks/rotate.html", {"endpoint": endpoint})


@page(needs="users", methods=("GET", "POST"))
def webhook_end(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Ask, then end an endpoint for good.

    Clause: S-12.
    """
    endpoint = _found(request, webhook)
    if request.method == "POST":
        try:
            services.end_webhook(endpoint=endpoint, **_who(request), at=timezone.now())
        except WebhookRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("%(name)s has ended.") % {"name": endpoint.name})
        return redirect(LIST)
    return TemplateResponse(request, "portal/webhooks/end.html", {"endpoint": endpoint})


@page(needs="users", methods=("POST",))
def webhook_test(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Send a test.

    Clause: S-12.
    """
    endpoint, at = _found(request, webhook), timezone.now()

    def act() -> str:
        services.send_test(endpoint=endpoint, **_who(request), at=at)
        return _("A test is on its way: look below whether it arrives.")

    return _done(request, endpoint, act)


@page(needs="users", methods=("POST",))
def webhook_enable(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Switch an endpoint on again.

    Clause: S-12.
    """
    endpoint, at = _found(request, webhook), timezone.now()

    def act() -> str:
        services.enable_webhook(endpoint=endpoint, **_who(request), at=at)
        return _("It is on. Send again below what failed meanwhile.")

    return _done(request, endpoint, act)


@page(needs="users", methods=("POST",))
def webhook_replay(request: SeatedRequest, webhook: int) -> HttpResponse:
    """Send again what failed since a day.

    Clause: S-12.
    """
    endpoint, form, at = _found(request, webhook), ReplayForm(request.POST), timezone.now()
    if not form.is_valid():
        messages.error(request, str(form.errors["since"][0]))
        return redirect(ONE, webhook=webhook)

    def act() -> str:
        many = services.replay_failed(endpoint=endpoint, since=form.at(), **_who(request), at=at)
        if not many:
            return _("Nothing has failed since then.")
        said = ngettext("%(many)s event goes out again.", "%(many)s events go out again.", many)
        return said % {"many": many}

    return _done(request, endpoint, act)


@page(needs="users")
def webhook_event(request: SeatedRequest, event: int) -> HttpResponse:
    """Show an event as it is sent, and each attempt.

    Clause: S-12.
    """
    message, endpoint = _event(request, event)
    tried = attempts_of(message)
    said = message.payload["body"]
    is_shut = said["type"] in OF_MONEY and not manager_of(request.seat).may_see_invoices
    body = "" if is_shut else json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False)
    context = {
        "lacking": LACKING,
        "endpoint": endpoint,
        "row": sent_of(message, tried[0] if tried else None),
        "attempts": tried,
        "body": body,
    }
    return TemplateResponse(request, "portal/webhooks/event.html", context)


@page(needs="users", methods=("POST",))
def webhook_event_replay(request: SeatedRequest, event: int) -> HttpResponse:
    """Send one event again.

    Clause: S-12.
    """
    message, endpoint = _event(request, event)
    at = timezone.now()

    def act() -> str:
        services.replay(endpoint=endpoint, message=message, **_who(request), at=at)
        return _("The event goes out again.")

    return _done(request, endpoint, act)


def _found(request: SeatedRequest, key: int) -> WebhookEndpoint:
    """Return the endpoint that an address names; go over to its account.

    :raises Http404: it is not there, or not of an account whose users the reader may manage.
    """
    endpoint = endpoint_at(request.seats, key)
    if endpoint is None:
        raise Http404("No such endpoint.")
    move_to(request, endpoint.account_id, needs="users")
    return endpoint


def _event(request: SeatedRequest, key: int) -> tuple[Message, WebhookEndpoint]:
    message, endpoint = message_at(key)
    if message is None:
        raise Http404("No such event.")
    return message, _found(request, endpoint)


def _who(request: SeatedRequest) -> dict[str, Any]:
    return {"by": request.seat.user, "of_client": manager_of(request.seat)}


def _done(
    request: SeatedRequest, endpoint: WebhookEndpoint, act: Callable[[], str]
) -> HttpResponse:
    """Act, say what came of it, and go back to the endpoint."""
    try:
        messages.success(request, act())
    except WebhookRefused as refused:
        messages.error(request, str(refused))
    return redirect(ONE, webhook=endpoint.pk)


def _add(form: WebhookForm, refused: WebhookRefused) -> None:
    form.add_error(refused.field or None, str(refused))


def _shown(request: SeatedRequest, made: Secured, *, is_new: bool = False) -> HttpResponse:
    context = {"made": made, "endpoint": made.endpoint, "is_new": is_new}
    return TemplateResponse(request, "portal/webhooks/shown.html", context)


def _page(request: SeatedRequest, endpoint: WebhookEndpoint, form: WebhookForm) -> HttpResponse:
    now, is_failed = timezone.now(), bool(request.GET.get("failed"))
    after = number_in(request.GET.get("after", ""))
    rows, following = log_of(endpoint, failed=is_failed, after=after)
    week_ago = timezone.localdate(now - timedelta(days=7))
    context = {
        "endpoint": endpoint,
        "form": form,
        "lacking": LACKING,
        "rows": rows,
        "next": following,
        "is_first": not after,
        "is_failed": is_failed,
        "replay": ReplayForm(initial={"since": week_ago}),
        "is_rotating": endpoint.earlier_until is not None and now < endpoint.earlier_until,
    }
    status = REFUSED if form.is_bound else None
    return TemplateResponse(request, "portal/webhooks/one.html", context, status=status)
