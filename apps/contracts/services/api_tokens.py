"""Tokens of the API: made and shown once, ended, and found again by what a program shows.

A token is neither a service nor a user, so a suspension of the dashboard keeps nobody from making
one, and least of all from ending one that leaked.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.contracts.models import AuthorisedUser, Order, User
from apps.contracts.models.api_tokens import ApiToken
from apps.contracts.models.names import validate_name
from apps.contracts.services.people import words_of
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

MADE, ENDED = "token.made", "token.ended"
# What a token may be good for: in words, and the right that its person needs for it; "": none.
SCOPES: dict[str, tuple[str, str]] = {
    "standing:read": ("Read the account's standing and what it may do", ""),
    "tickets:read": ("Read tickets and requests for services", ""),
    "tickets:write": ("Open tickets, reply, confirm closure, dispute and escalate", ""),
    "services:write": ("Ask to have services added, changed and removed", "may_open"),
    "billing:read": ("Read invoices and charges", "may_see_invoices"),
    "notices:read": ("Read notices of maintenance and incidents", ""),
}
# Which more of its person's rights a token uses with a scope, where they have them.
USES: Mapping[str, Sequence[str]] = {
    "tickets:read": ("sees_all_tickets",),
    "tickets:write": ("may_open", "may_escalate", "may_confirm_closure", "sees_all_tickets"),
}
PROVIDERS = ("standing:read",)  # the provider's own tokens are good for no more
MOST = 20  # of an account, at a time
PREFIX = "flt_"  # by which scanners of published secrets know it
SHOWN = re.compile(r"flt_[A-Za-z0-9_-]{43}", re.ASCII)
NOT_THEIRS = "Tokens are made and ended by who manages the users of the same order."
USED_EVERY = timedelta(minutes=1)  # how exactly it is known when a token was used last


class TokenRefused(Exception):
    """A token is not made or ended so. The message says why, and what to do.

    ``field`` is what it is about: name, person, scopes, expires_at; "": the whole.
    """

    def __init__(self, why: str, *, field: str = "") -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, and what its program has to show: kept nowhere else."""

    token: ApiToken
    secret: str = field(repr=False)


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

    ``of_client`` is who makes it where a client does: they manage the users of the same order, and
    give it no more than they may themselves. Its person and those managers are told by mail.

    Clause: V-3.5.

    :raises TokenRefused: a scope is unknown or more than the person may do, they are not active,
        the end lies in the past, its name is taken, or the account has as many as it may.
    """
    if person is not None:
        # Of two at a time, the second counts the first.
        rows = AuthorisedUser.objects.select_related("order__account")
        person = rows.select_for_update(of=("self", "order")).get(pk=person.pk)
    name = " ".join(name.split())
    checks = [
        *_scopes_refused(person, scopes),
        *_person_refused(person, of_client, scopes),
        *_name_refused(person, name, at=at),
    ]
    if expires_at is not None and expires_at <= at:
        checks.append(("expires_at", "Its end must lie ahead."))
    if checks:
        about, why = checks[0]
        raise TokenRefused(why, field=about)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=person.order.account if person else None,
        person=person,
        name=name,
        scopes=sorted(set(scopes)),
        digest=digest_of(secret),
        hint=secret[-4:],
        made_at=at,
        made_by=by,
        expires_at=expires_at,
    )
    _tell(token, MADE, of_client, at=at)
    return Issued(token, secret)


@transaction.atomic
def end_token(
    *, token: ApiToken, by: User | None, at: datetime, of_client: AuthorisedUser | None = None
) -> ApiToken:
    """End a token at once; one that has ended stays as it is.

    ``of_client`` is who ends it where a client does: they manage the users of its person's order.

    Clause: V-3.5.

    :raises TokenRefused: they do not.
    """
    if of_client is not None and _manager(token.person, of_client) is None:
        raise TokenRefused(NOT_THEIRS)
    rows = ApiToken.objects.filter(pk=token.pk, ended_at=None)
    is_ended_now = rows.update(ended_at=at, ended_by=by)
    token.refresh_from_db()
    if is_ended_now:
        _tell(token, ENDED, of_client, at=at)
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


Refusals = Iterator[tuple[str, str]]  # what each is about, and why


def _scopes_refused(person: AuthorisedUser | None, scopes: Sequence[str]) -> Refusals:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        yield "scopes", f"{', '.join(unknown)} is no scope. There are: {', '.join(SCOPES)}."
        return
    if not scopes:
        yield "scopes", "Say what it is good for: choose at least one scope."
    if person is None:
        more = sorted(set(scopes) - set(PROVIDERS))
        if more:
            why = f"A token of the provider's own is not good for {', '.join(more)}."
            yield "scopes", why
        return
    for scope in scopes:
        words, right = SCOPES[scope]
        if right and not getattr(person, right):
            why = f"{person.name} may not: {words.lower()}. Give them the right, or leave it out."
            yield "scopes", why


def _person_refused(
    person: AuthorisedUser | None, of_client: AuthorisedUser | None, scopes: Sequence[str]
) -> Refusals:
    manager = _manager(person, of_client) if of_client is not None else None
    if of_client is not None and manager is None:
        yield "person", NOT_THEIRS
    if person is None:
        return
    if not person.is_active:
        yield "person", f"{person.name} is not active: a token acts as somebody who is."
    if person.order.state == Order.State.DRAFT:
        yield "person", f"{person.order} is a draft: execute it, then make a token."
    if manager is not None:
        used = {SCOPES[scope][1] for scope in scopes if scope in SCOPES}
        used |= {right for scope in scopes for right in USES.get(scope, ())}
        more = sorted(words_of(right) for right in (used & person.rights) - manager.rights)
        if more:
            words = ", ".join(f"“{each}”" for each in more)
            why = f"{person.name} may what you may not: {words}. Choose yourself, or other scopes."
            yield "person", why


def _name_refused(person: AuthorisedUser | None, name: str, *, at: datetime) -> Refusals:
    if not name:
        yield "name", "Give it a name that says what uses it."
        return
    longest = ApiToken._meta.get_field("name").max_length or 0
    if len(name) > longest:
        yield "name", f"Its name has at most {longest} characters."
        return
    try:
        validate_name(name)
    except ValidationError as invalid:
        yield "name", " ".join(invalid.messages)
        return
    account = person.order.account_id if person else None
    held = list(ApiToken.objects.usable(at=at).filter(account=account).values_list("name"))
    if (name,) in held:
        yield "name", f"There is a token “{name}” already. End it first, or choose another name."
    if person is not None and len(held) >= MOST:
        yield "", f"An account has {MOST} tokens at most. End one that is not used."


def _manager(person: AuthorisedUser | None, of_client: AuthorisedUser) -> AuthorisedUser | None:
    """Return a client as they are now, if they manage the users of that person's order."""
    if person is None:
        return None
    rows = AuthorisedUser.objects.managing().filter(order=person.order_id)
    found: AuthorisedUser | None = rows.filter(pk=of_client.pk).first()
    return found


def _tell(token: ApiToken, topic: str, of_client: AuthorisedUser | None, *, at: datetime) -> None:
    """Queue the mails to its person and to who manages the users of their order."""
    person = token.person
    if person is None:
        return
    managing = AuthorisedUser.objects.managing().filter(order=person.order_id).order_by("pk")
    told = {each.email.lower(): each for each in [*managing, *([person] * person.is_active)]}
    for each in told.values():
        if is_plain_address(each.email):
            enqueue(
                topic=topic,
                key=f"{topic}:{token.pk}:{each.pk}",
                recipient=each.email,
                payload={
                    "token_id": token.pk,
                    "person_id": each.pk,
                    "by": of_client.name if of_client else "",
                },
                at=at,
            )
