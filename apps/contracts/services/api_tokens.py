"""Tokens of the API: made and shown once, ended, and found again by what a program shows."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.contracts.models import AuthorisedUser, Order, User
from apps.contracts.models.api_tokens import ApiToken

# What a token may be good for: in words, and the right that its person needs for it; "": none.
SCOPES: dict[str, tuple[str, str]] = {
    "standing:read": ("Read the account's standing and what it may do", ""),
    "tickets:read": ("Read tickets and requests for services", ""),
    "tickets:write": ("Open tickets, reply, confirm closure, dispute and escalate", ""),
    "services:write": ("Ask to have services added, changed and removed", "may_open"),
    "billing:read": ("Read invoices and charges", "may_see_invoices"),
    "notices:read": ("Read notices of maintenance and incidents", ""),
}
PROVIDERS = ("standing:read",)  # the provider's own tokens are good for no more
MOST = 20  # of an account, at a time
PREFIX = "flt_"  # by which scanners of published secrets know it
SHOWN = re.compile(r"flt_[A-Za-z0-9_-]{43}", re.ASCII)
USED_EVERY = timedelta(minutes=1)  # how exactly it is known when a token was used last


class TokenRefused(Exception):
    """A token cannot be made so. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and what its program has to show: kept nowhere else."""

    token: ApiToken
    secret: str


@transaction.atomic
def issue_token(
    *,
    person: AuthorisedUser | None,
    name: str,
    scopes: Sequence[str],
    by: User,
    at: datetime,
    expires_at: datetime | None = None,
    of_client: AuthorisedUser | None = None,
) -> Issued:
    """Make a token that acts as ``person``; None: the provider's own.

    ``of_client`` is who makes it where a client does: they manage users, of the same order.

    Clause: V-3.5.

    :raises TokenRefused: a scope is unknown or more than the person may do, they are not active,
        the end lies in the past, or the account has as many as it may.
    """
    if person is not None:
        # Of two at a time, the second counts the first.
        rows = AuthorisedUser.objects.select_related("order__account")
        person = rows.select_for_update(of=("self", "order")).get(pk=person.pk)
    refusal = (
        _scopes_refused(person, scopes)
        or _person_refused(person, of_client)
        or ("Give it a name that says what uses it." if not name.strip() else "")
        or ("Its end must lie ahead." if expires_at is not None and expires_at <= at else "")
        or _too_many(person, at=at)
    )
    if refusal:
        raise TokenRefused(refusal)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=person.order.account if person else None,
        person=person,
        name=name.strip(),
        scopes=sorted(set(scopes)),
        digest=digest_of(secret),
        hint=secret[-4:],
        made_at=at,
        made_by=by,
        expires_at=expires_at,
    )
    return Issued(token, secret)


@transaction.atomic
def end_token(*, token: ApiToken, by: User | None, at: datetime) -> ApiToken:
    """End a token at once; one that has ended stays as it is."""
    rows = ApiToken.objects.filter(pk=token.pk, ended_at=None)
    rows.update(ended_at=at, ended_by=by)
    token.refresh_from_db()
    return token


def token_shown(secret: str, *, at: datetime) -> ApiToken | None:
    """Return the token that a program shows; None: it is not worth anything, or not any more.

    One query, with what every answer needs of its account.
    """
    if not SHOWN.fullmatch(secret):
        return None
    related = ("account__standing", "person__order__account__standing", "person__order__version")
    rows = ApiToken.objects.select_related(*related).defer("person__order__version__source")
    token: ApiToken | None = rows.usable(at=at).filter(digest=digest_of(secret)).first()
    if token and token.person and token.person.order.state == Order.State.DRAFT:
        return None
    return token


def note_used(token: ApiToken, *, at: datetime) -> None:
    """Write down that a token is used, to the minute."""
    if token.last_used_at is None or at - token.last_used_at >= USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def digest_of(secret: str) -> str:
    """Return what is kept of a token. It is random, so that one digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _scopes_refused(person: AuthorisedUser | None, scopes: Sequence[str]) -> str:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        return f"{', '.join(unknown)} is no scope. There are: {', '.join(SCOPES)}."
    if not scopes:
        return "Say what it is good for: choose at least one scope."
    if person is None:
        more = sorted(set(scopes) - set(PROVIDERS))
        return f"A token of the provider's own is not good for {', '.join(more)}." if more else ""
    for scope in scopes:
        words, right = SCOPES[scope]
        if right and not getattr(person, right):
            return f"{person.name} may not: {words.lower()}. Give them the right, or leave it out."
    return ""


def _person_refused(person: AuthorisedUser | None, of_client: AuthorisedUser | None) -> str:
    if of_client is not None and (
        person is None
        or of_client.order_id != person.order_id
        or not (of_client.is_active and of_client.may_manage_users)
    ):
        return "Tokens are made by who manages the users of the same order."
    if person is not None and not person.is_active:
        return f"{person.name} is not active: a token acts as somebody who is."
    if person is not None and person.order.state == Order.State.DRAFT:
        return f"{person.order} is a draft: execute it, then make a token."
    return ""


def _too_many(person: AuthorisedUser | None, *, at: datetime) -> str:
    if person is None:
        return ""
    held = ApiToken.objects.usable(at=at).filter(account=person.order.account_id).count()
    return (
        f"An account has {MOST} tokens at most. End one that is not used." if held >= MOST else ""
    )
