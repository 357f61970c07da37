"""Endpoints of accounts, and what they are told."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ValidationError

from apps.api.shapes.webhooks import TOLD
from apps.contracts import services
from apps.contracts.models import Account, User, WebhookEndpoint
from apps.contracts.rules.webhooks import EVENTS
from apps.contracts.services.webhooks import Particulars
from apps.outbox.models import Message
from tests.factories import MORNING, make_staff

URL = "https://hooks.client.example.com/faultline"


def wanted(
    *, name: str = "Dashboard", url: str = URL, events: Collection[str] = tuple(EVENTS)
) -> Particulars:
    return Particulars(name, url, events)


def make_endpoint(
    *, account: Account, by: User | None = None, at: datetime = MORNING, **facts: Any
) -> WebhookEndpoint:
    made = services.add_webhook(account=account, to=wanted(**facts), by=by or make_staff(), at=at)
    account.refresh_from_db()
    return made.endpoint


def told(endpoint: WebhookEndpoint) -> list[tuple[str, dict[str, Any]]]:
    """Return what an endpoint is to be told, in the order in which it was written: type, data."""
    rows = Message.objects.hooks(recipient=endpoint.recipient).order_by("pk")
    return [(row.payload["body"]["type"], row.payload["body"]["data"]) for row in rows]


def told_as_documented(endpoint: WebhookEndpoint) -> list[tuple[str, dict[str, Any]]]:
    """Return the same, where each is as the API's document says, without a member more."""
    found = told(endpoint)
    assert [each for each in found if not is_documented(*each)] == []
    return found


def is_documented(name: str, data: dict[str, Any]) -> bool:
    """Tell whether the API's document has an event with these members and values."""
    return any(_is_of(shape, data) for shape in TOLD[name])


def _is_of(shape: type[Schema], data: dict[str, Any]) -> bool:
    members = {field.alias or name for name, field in shape.model_fields.items()}
    try:
        shape.model_validate(data)
    except ValidationError:
        return False
    return members == set(data)
