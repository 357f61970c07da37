"""Telling an account's endpoints what happened: one row of the outbox for each, with the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings

from apps.contracts.models import WebhookEndpoint
from apps.outbox.enqueue import nudge, prepared
from apps.outbox.models import Message

NOTICE = "notice.issued"


@dataclass(frozen=True, slots=True)
class News:
    """One event of an account. ``key`` names it for good; ``at`` is when it happened.

    ``data`` holds numbers, states and links as plain JSON: no words that somebody wrote.
    """

    account_id: int
    type: str
    key: str
    at: datetime
    data: dict[str, Any]


def notice_news(
    account_id: int, kind: str, *, key: str, at: datetime, page: str, **facts: Any
) -> News:
    """Return what endpoints are told of a notice that an account's people get by mail.

    Every such notice is this event, told apart by its kind; ``page`` is where the portal shows it.

    Clause: S-12.
    """
    data = {"kind": kind, **facts, "url": settings.BASE_URL + page}
    return News(account_id, NOTICE, key, at, data)


def announce(news: Sequence[News], *, at: datetime) -> int:
    """Write what endpoints are told, in the caller's transaction; return how many rows are new.

    One query for the endpoints, whatever the news; none without news. Who knows that an account
    has none, by ``Account.has_webhooks``, does not call. The same key again is told once.

    Clause: S-12.
    """
    if not news:
        return 0
    accounts = {each.account_id for each in news}
    wanted: dict[int, list[tuple[WebhookEndpoint, set[str]]]] = {}
    live = WebhookEndpoint.objects.live().filter(account__in=accounts).order_by("pk")
    for endpoint in live.only("pk", "account", "events"):
        wanted.setdefault(endpoint.account_id, []).append((endpoint, set(endpoint.events)))
    rows = [
        message_for(endpoint, each, at=at)
        for each in news
        for endpoint, events in wanted.get(each.account_id, [])
        if each.type in events
    ]
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        nudge(Message.Channel.HOOK)
    return len(rows)


def message_for(endpoint: WebhookEndpoint, news: News, *, at: datetime) -> Message:
    """Return the row by which an endpoint is told; the caller inserts it.

    Clause: S-12.
    """
    happened = news.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = {"type": news.type, "timestamp": happened, "data": news.data}
    return prepared(
        # Mails on the same fact may be called as the event is.
        topic=f"hook.{news.type}",
        key=f"hook:{endpoint.pk}:{news.key}",
        recipient=endpoint.recipient,
        payload={"endpoint": endpoint.pk, "body": body},
        at=at,
        # Without a full stop, which parts what is signed.
        message_id=f"msg_{uuid4().hex}",
        channel=Message.Channel.HOOK,
    )
