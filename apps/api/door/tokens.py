"""Who asks: the token of a request, and whether it is good for what is asked."""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from apps.api.door.bodies import take_body
from apps.api.door.limits import count_request
from apps.api.door.problems import Problem, not_found
from apps.contracts.models import Account, ApiToken, AuthorisedUser
from apps.contracts.queries.own_clauses import own_clauses
from apps.contracts.services import SCOPES, note_used, token_shown


class TokenRequest(HttpRequest):
    """A request with a token that holds."""

    auth: ApiToken


class Token(HttpBearer):
    """A token that holds, is good for ``scope``, and acts as somebody who has a ``right``.

    "": for anything; whoever they are.
    """

    def __init__(self, scope: str = "", right: str = "") -> None:
        super().__init__()
        if scope and scope not in SCOPES:
            raise ValueError(f"{scope} is not one of {', '.join(SCOPES)}.")
        self.scope, self.right = scope, right

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the token; None: it is not worth anything.

        Every request of a token counts, also one that is refused.

        Clause: V-3.5.

        :raises Problem: it is not good for this.
        :raises Throttled: it has asked as often as it may for now.
        """
        at = timezone.now()
        found = token_shown(token, at=at)
        if found is None:
            return None
        count_request(found)
        if self.scope and self.scope not in found.scopes:
            raise scope_missing(self.scope)
        if self.right:
            person_of(found, self.right)
        note_used(found, at=at)
        _check_query(request)
        take_body(request)
        return found


def needs(scope: str, right: str = "") -> Token:
    """Return what an endpoint's ``auth`` is: a token with a scope, of who has a right; "": any."""
    return Token(scope, right)


def knows_its_query(run: Callable[..., Any]) -> Callable[..., Any]:
    """Let the door know what an endpoint can be asked in its address."""
    models = run.__self__.models  # type: ignore[attr-defined]
    names = {
        field.alias or name
        for model in models
        if model.__ninja_param_source__ == "query"
        for name, field in model.model_fields.items()
    }

    def running(request: HttpRequest, **parts: Any) -> Any:
        request.known_query = names  # type: ignore[attr-defined]
        return run(request, **parts)

    return running


def _check_query(request: HttpRequest) -> None:
    """Let nothing be asked that is not answered: a filter that is misspelt would show too much."""
    known = request.known_query  # type: ignore[attr-defined]
    if set(request.GET) - known:
        raise unknown_parameter(known)


def scope_missing(scope: str) -> Problem:
    """Return what is said to a token that is not good for what is asked."""
    return Problem(
        HTTPStatus.FORBIDDEN,
        "scope-missing",
        f"This token is not good for {scope}. Make one that is.",
        more={"scope": scope},
    )


def unknown_parameter(known: Collection[str]) -> Problem:
    """Return what is said of an address that asks for more than is known."""
    there = f"There are: {', '.join(sorted(known))}." if known else "It takes none."
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unknown-parameter",
        f"Leave out of the address what is not known here. {there}",
    )


def account_of(request: TokenRequest, account: int) -> Account:
    """Return an account that the token may ask about.

    :raises Problem: there is none, or it is another's: the same answer.
    """
    own = request.auth.account
    if own is not None and own.pk == account:
        return own
    if own is not None:
        raise not_found()
    found = Account.objects.select_related("standing").filter(pk=account).first()
    if found is None:
        raise not_found()
    return found


def person_of(token: ApiToken, right: str = "") -> AuthorisedUser:
    """Return as whom a token acts, who has a right; "": whichever they have.

    Clause: V-3.5.

    :raises Problem: they have it not, or the token is the provider's own.
    """
    person = token.person
    if person is None:
        raise not_found()
    if right and not getattr(person, right):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "right-missing",
            f"{person.name}, as whom this token acts, may not do this under {person.order.number}.",
            clause=own_clauses("V-3.5", {person.order.version_id}),
        )
    return person
