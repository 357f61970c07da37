"""An account's standing: what a dashboard asks before it adds, changes or deletes."""

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Router

from apps.api.door import TokenRequest, account_of, needs
from apps.api.endpoints.named import AccountId
from apps.api.endpoints.paging import After, Limit, page_of
from apps.api.queries.standing import AccountStanding, standing_of
from apps.api.shapes.standing import AccountsShape, StandingShape, TokenShape
from apps.contracts.models import Account

MAX_AGE = 60  # seconds
# Past its age the last answer still counts for a day, where we cannot be reached.
IF_ERROR = 24 * 3600
# Headers of an answer that may be kept.
KEPT = {
    "ETag": {
        "schema": {"type": "string"},
        "description": "Names this answer: the `version`, in quotes.",
    },
    "Cache-Control": {
        "schema": {"type": "string"},
        "description": "For how long the answer may be used, and for how long where we are away.",
    },
}
Tags = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="`ETag` of the answer that you have: 304 says that it still holds.",
        examples=['"49eb9ff4c99ecfc2"'],
    ),
]
router = Router(tags=["Standing"])


@router.get("/token", auth=needs(""), response=TokenShape, summary="Read the token itself")
def read_token(request: TokenRequest) -> dict[str, Any]:
    """What the token is, and what it is good for."""
    token = request.auth
    person = token.person
    return {
        "name": token.name,
        "account": token.account,
        "acts_as": person.email if person else None,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
    }


@router.get(
    "/accounts", auth=needs("standing:read"), response=AccountsShape, summary="List accounts"
)
def list_accounts(request: TokenRequest, after: After = None, limit: Limit = 50) -> dict[str, Any]:
    """The accounts that the token may ask about: its own, or all where it is the provider's."""
    own = request.auth.account_id
    rows = Account.objects.filter(pk=own) if own else Account.objects.all()
    return page_of(rows, after=after, limit=limit)


@router.get(
    "/accounts/{int:account}/standing",
    auth=needs("standing:read"),
    response={200: StandingShape, 304: None},
    summary="Read an account's standing",
    openapi_extra={"responses": {200: {"headers": KEPT}, 304: {"headers": KEPT}}},
)
def read_standing(
    request: TokenRequest,
    account: AccountId,
    response: HttpResponse,
    if_none_match: Tags = None,
) -> Any:
    """What the account may do now, and what keeps it from the rest.

    Keep the answer for `max_age` seconds, then ask again with `If-None-Match`: 304 says that it
    still holds.

    **Where we cannot be reached**: use the last answer for up to a day after its age is over (the
    `stale-if-error` of its `Cache-Control`). After that, or without one, allow everything: that we
    are away is no reason to keep anybody from their service.
    """
    person = request.auth.person
    sees_money = person is None or person.may_see_invoices
    found = standing_of(account_of(request, account), at=timezone.now(), sees_money=sees_money)
    tag = f'"{found.version}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"private, max-age={MAX_AGE}, stale-if-error={IF_ERROR}",
        "Vary": "Authorization",
    }
    if tag in _tags(if_none_match or ""):
        return HttpResponse(status=304, headers=headers)
    for name, value in headers.items():
        response[name] = value
    return _shaped(found)


def _shaped(found: AccountStanding) -> dict[str, Any]:
    return {
        "account": found.account,
        "state": found.state,
        "allowed": found.allowed,
        "restrictions": list(found.restrictions),
        "version": found.version,
        "max_age": MAX_AGE,
    }


def _tags(sent: str) -> set[str]:
    """Return the tags that the asker still has; a weak one is as good as any for a GET."""
    return {each.strip().removeprefix("W/") for each in sent.split(",")}
