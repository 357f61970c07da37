"""Endpoints of webhooks: made, changed, given another secret, switched on again, ended.

They are an account's own: made by who manages its users, or by staff for them.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address

from django.conf import settings
from django.db import transaction

from apps.contracts.models import Account, AuthorisedUser, Order, User, WebhookEndpoint
from apps.contracts.rules.webhooks import (
    EARLIER_LASTS,
    EVENTS,
    OF_MONEY,
    SETTLES_AFTER,
    unknown_in,
)
from apps.contracts.sealing import seal
from apps.contracts.services.orders import sign
from apps.outbox.rules.hook_addresses import AddressRefused, checked_url, is_reachable
from apps.outbox.rules.hook_signing import BYTES, secret_in_words

MOST = 10  # of an account, at a time
LONGEST_NAME = 80


class WebhookRefused(Exception):
    """It cannot be done so. The message says why and what to do; ``field`` is what is wrong."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an endpoint is called, where it is, and which types of events it wants."""

    name: str
    url: str
    events: Collection[str]


@dataclass(frozen=True, slots=True)
class Secured:
    """An endpoint with its new secret, which is shown now and never again."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


@transaction.atomic
def add_webhook(
    *,
    account: Account,
    to: Particulars,
    by: User,
    at: datetime,
    of_client: AuthorisedUser | None = None,
) -> Secured:
    """Make an endpoint of an account. ``of_client`` is who makes it, where a client does.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: the address is none that may be reached, the name or the events are
        missing, the account has as many as it may, or the client may not.
    """
    held = _lock(account)
    _check_may(held, of_client)
    events = _checked(to, of_client, held=())
    secret = _new_secret()
    if WebhookEndpoint.objects.there().filter(account=held).count() >= MOST:
        raise WebhookRefused(f"An account has {MOST} endpoints at most. End one that is not used.")
    endpoint = WebhookEndpoint(
        account=held,
        name=to.name.strip(),
        url=to.url.strip(),
        events=events,
        secret=seal(secret),
        made_at=at,
        made_by=by,
    )
    _save(endpoint, reason="Made", by=by, at=at)
    return Secured(endpoint, secret)


@transaction.atomic
def change_webhook(
    *,
    endpoint: WebhookEndpoint,
    to: Particulars,
    by: User,
    at: datetime,
    of_client: AuthorisedUser | None = None,
) -> WebhookEndpoint:
    """Give an endpoint another name, address or choice of events. The same: nothing.

    What is still to be sent goes to the new address.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: see `add_webhook`; or it has ended.
    """
    now = hold_webhook(endpoint, of_client)
    events = _checked(to, of_client, held=now.events)
    name, url = to.name.strip(), to.url.strip()
    if (now.name, now.url, now.events) == (name, url, events):
        return now
    if _is_shut(of_client) and url != now.url and set(events) & set(OF_MONEY):
        raise WebhookRefused(
            "Events of invoices go to it, so who may see invoices changes its address. Or leave"
            " those events out.",
            field="url",
        )
    now.name, now.url, now.events = name, url, events
    now.failing_since = None
    _save(now, reason="Changed", by=by, at=at)
    return now


@transaction.atomic
def rotate_secret(
    *, endpoint: WebhookEndpoint, by: User, at: datetime, of_client: AuthorisedUser | None = None
) -> Secured:
    """Give an endpoint a new secret; the one before it signs too, for a day.

    Asked again within ten minutes, as by a double click, it replaces the new one alone: the one
    before is the one by which programs check. One that we cannot read is simply replaced.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: it has ended, or the client may not.
    """
    now = hold_webhook(endpoint, of_client)
    until = now.earlier_until
    if now.is_unreadable:
        now.earlier_secret, now.earlier_until = "", None
    elif until is None or at - (until - EARLIER_LASTS) >= SETTLES_AFTER:
        now.earlier_secret, now.earlier_until = now.secret, at + EARLIER_LASTS
    secret = _new_secret()
    now.secret = seal(secret)
    _save(now, reason="New secret", by=by, at=at)
    return Secured(now, secret)


@transaction.atomic
def enable_webhook(
    *, endpoint: WebhookEndpoint, by: User, at: datetime, of_client: AuthorisedUser | None = None
) -> WebhookEndpoint:
    """Switch an endpoint on again. What happened meanwhile is not sent; what failed is replayed.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: it has ended, or the client may not.
    """
    now = hold_webhook(endpoint, of_client)
    if now.is_active:
        return now
    now.is_active, now.disabled_at, now.disabled_why = True, None, ""
    now.failing_since = None
    _save(now, reason="Switched on", by=by, at=at)
    return now


@transaction.atomic
def pause_webhook(
    *, endpoint: WebhookEndpoint, by: User, at: datetime, of_client: AuthorisedUser | None = None
) -> WebhookEndpoint:
    """Switch an endpoint off until somebody switches it on. One that is off: nothing.

    What was not sent yet is not sent by itself any more.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: it has ended, or the client may not.
    """
    now = hold_webhook(endpoint, of_client)
    if now.is_active:
        who = of_client.name if of_client else "us"
        now.is_active, now.disabled_at, now.disabled_why = False, at, f"Paused by {who}."
        _save(now, reason="Paused", by=by, at=at)
    return now


@transaction.atomic
def end_webhook(
    *, endpoint: WebhookEndpoint, by: User, at: datetime, of_client: AuthorisedUser | None = None
) -> WebhookEndpoint:
    """End an endpoint for good: what was not sent yet is not sent any more. The same: nothing.

    Clause: S-12, V-3.5.

    :raises WebhookRefused: the client may not.
    """
    held = _lock(endpoint.account)
    _check_may(held, of_client)
    now = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if now.ended_at is None:
        now.is_active, now.ended_at = False, at
        now.secret, now.earlier_secret, now.earlier_until = "", "", None
        _save(now, reason="Ended", by=by, at=at)
    return now


def switch_off(*, endpoint: WebhookEndpoint, why: str, at: datetime) -> None:
    """Switch a held endpoint off: the machine does, where it takes nothing any more.

    Clause: S-12.
    """
    endpoint.is_active, endpoint.disabled_at, endpoint.disabled_why = False, at, why
    _save(endpoint, reason=why, by=None, at=at)


def hold_webhook(endpoint: WebhookEndpoint, of_client: AuthorisedUser | None) -> WebhookEndpoint:
    """Return an endpoint as it is now, held until the transaction ends.

    Clause: V-3.5.

    :raises WebhookRefused: it has ended, or the client may not.
    """
    # The account first, as everywhere: of two who add the last one, the second is refused.
    held = _lock(endpoint.account)
    _check_may(held, of_client)
    now: WebhookEndpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if now.ended_at is not None:
        raise WebhookRefused(f"{now} has ended. Make another one.")
    return now


def _lock(account: Account) -> Account:
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _save(endpoint: WebhookEndpoint, *, reason: str, by: User | None, at: datetime) -> None:
    sign(endpoint, reason=reason, by=by, at=at)
    endpoint.save()
    # What services read with the account, so that nobody else pays for webhooks.
    live = WebhookEndpoint.objects.live().filter(account=endpoint.account_id)
    Account.objects.filter(pk=endpoint.account_id).update(has_webhooks=live.exists())


def _check_may(account: Account, of_client: AuthorisedUser | None) -> None:
    if of_client is None:
        return
    rows = AuthorisedUser.objects.select_related("order")
    now = rows.get(pk=of_client.pk)
    is_there = now.is_active and now.order.state != Order.State.DRAFT
    if not (is_there and now.may_manage_users and now.order.account_id == account.pk):
        raise WebhookRefused("Webhooks are made by who manages the users of the same account.")


def _checked(
    to: Particulars, of_client: AuthorisedUser | None, *, held: Collection[str]
) -> list[str]:
    """Return the chosen events in their order; ``held`` are those that it has already."""
    if not to.name.strip():
        raise WebhookRefused("Give it a name that says what it is.", field="name")
    if len(to.name.strip()) > LONGEST_NAME:
        raise WebhookRefused(f"Use a name of at most {LONGEST_NAME} letters.", field="name")
    _check_url(to.url.strip())
    unknown = unknown_in(to.events)
    if unknown:
        raise WebhookRefused(
            f"{', '.join(unknown)} is no event. There are: {', '.join(EVENTS)}.", field="events"
        )
    if not to.events:
        raise WebhookRefused("Choose at least one event.", field="events")
    if _is_shut(of_client) and set(to.events) & set(OF_MONEY) - set(held):
        raise WebhookRefused(
            "Events of invoices are chosen by who may see invoices.", field="events"
        )
    return [each for each in EVENTS if each in to.events]


def _is_shut(of_client: AuthorisedUser | None) -> bool:
    """Tell whether a client acts who may not see invoices."""
    return of_client is not None and not of_client.may_see_invoices


def _check_url(url: str) -> None:
    try:
        parts = checked_url(url, plain_http=settings.WEBHOOK_PLAIN_HTTP)
    except AddressRefused as refused:
        raise WebhookRefused(str(refused), field="url") from None
    host = str(parts.hostname)
    try:
        ip_address(host)
    except ValueError:
        return  # a name: looked up and checked at each attempt
    if not is_reachable(host, allowed=settings.WEBHOOK_ALLOWED_NETWORKS):
        raise WebhookRefused(
            "Nothing is sent to this address: use one that is public.", field="url"
        )


def _new_secret() -> str:
    return secret_in_words(secrets.token_bytes(BYTES))
