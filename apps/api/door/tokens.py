"""Who asks: the token of a request, and whether it is good for what is asked."""

from http import HTTPStatus

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from apps.api.door.problems import Problem, not_found
from apps.contracts.models import Account, ApiToken, AuthorisedUser
from apps.contracts.services import SCOPES, note_used, token_shown


class TokenRequest(HttpRequest):
    """A request with a token that holds."""

    auth: ApiToken


class Token(HttpBearer):
    """A token that holds and is good for ``scope``; "": for anything."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        if scope and scope not in SCOPES:
            raise ValueError(f"{scope} is not one of {', '.join(SCOPES)}.")
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Return the token; None: it is not worth anything.

        Clause: V-3.5.

        :raises Problem: it is not good for this.
        """
        at = timezone.now()
        found = token_shown(token, at=at)
        if found is None:
            return None
        if self.scope and self.scope not in found.scopes:
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "scope-missing",
                f"This token is not good for {self.scope}. Make one that is.",
                more={"scope": self.scope},
            )
        note_used(found, at=at)
        return found


def needs(scope: str) -> Token:
    """Return what an endpoint's ``auth`` is: a token with a scope; "": with any."""
    return Token(scope)


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


def person_of(request: TokenRequest, right: str = "") -> AuthorisedUser:
    """Return as whom a token acts, who has a right; "": whichever they have.

    Clause: V-3.5.

    :raises Problem: they have it not, or the token is the provider's own.
    """
    person = request.auth.person
    if person is None:
        raise not_found()
    if right and not getattr(person, right):
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "right-missing",
            f"{person.name}, as whom this token acts, may not do this under {person.order.number}.",
            clause="V-3.5",
        )
    return person
