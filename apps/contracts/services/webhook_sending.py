"""What is sent once more, or to see that it arrives; and what follows from how it is answered."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from apps.contracts.models import Account, AuthorisedUser, Order, User, WebhookEndpoint
from apps.contracts.rules.webhooks import FAILS_AT_MOST, TEST
from apps.contracts.services.webhook_news import News, message_for
from apps.contracts.services.webhooks import WebhookRefused, hold_webhook, switch_off
from apps.outbox.enqueue import enqueue, nudge
from apps.outbox.hooks import Posted
from apps.outbox.models import Message
from apps.outbox.rules.address import is_plain_address

DISABLED = "webhook.disabled"
GONE = "It answered that it wants nothing any more (410)."
FAILED = f"Nothing has arrived for {FAILS_AT_MOST.days} days."
State = Message.State
ENDED = (State.DEAD, State.WITHDRAWN)
MOST_REPLAYED = 10_000  # at once


@transaction.atomic
def send_test(
    *, endpoint: WebhookEndpoint, by: User, at: datetime, of_client: AuthorisedUser | None = None
) -> Message:
    """Send an endpoint an event that says nothing, whatever else it wants.

    Clause: S-12.

    :raises WebhookRefused: it is switched off or has ended, or the client may not.
    """
    now = _active(endpoint, of_client)
    data = {"message": "This is a test.", "endpoint": now.pk}
    row = message_for(now, News(now.account_id, TEST, f"test:{uuid4().hex}", at, data), at=at)
    row.resent_by = by.get_username()
    row.save(force_insert=True)
    nudge(Message.Channel.HOOK)
    return row


@transaction.atomic
def replay(
    *,
    endpoint: WebhookEndpoint,
    message: Message,
    by: User,
    at: datetime,
    of_client: AuthorisedUser | None = None,
) -> None:
    """Send one event again, whether it arrived or not, under the same identity.

    Clause: S-12.

    :raises WebhookRefused: it is being sent anyway, is not this endpoint's, or see `send_test`.
    """
    now = _active(endpoint, of_client)
    rows = Message.objects.hooks(recipient=now.recipient).filter(pk=message.pk)
    if not _again(rows.filter(state__in=[*ENDED, State.SENT]), by=by, at=at):
        raise WebhookRefused("This event is on its way already: look again in a moment.")


@transaction.atomic
def replay_failed(
    *,
    endpoint: WebhookEndpoint,
    since: datetime,
    by: User,
    at: datetime,
    of_client: AuthorisedUser | None = None,
) -> int:
    """Send all events again that failed for good since an instant; return how many.

    At most ten thousand, the oldest first: again for the others.

    Clause: S-12.

    :raises WebhookRefused: see `send_test`.
    """
    now = _active(endpoint, of_client)
    rows = Message.objects.hooks(recipient=now.recipient)
    failed = rows.failed().filter(created_at__gte=since).order_by("pk")
    keys = failed.values("pk")[:MOST_REPLAYED]
    return _again(Message.objects.filter(pk__in=keys), by=by, at=at)


@transaction.atomic
def note_answer(*, endpoint_id: int, posted: Posted, at: datetime) -> None:
    """Take notice of how an endpoint answered: who is gone, or fails for days, is switched off.

    What the address of before answers, where it was changed meanwhile, says nothing of this one.

    Clause: S-12.
    """
    there = WebhookEndpoint.objects.live().filter(pk=endpoint_id, url=posted.url)
    if posted.is_taken:
        there.filter(failing_since__isnull=False).update(failing_since=None)
        return
    if posted.is_gone:
        _disable(there, GONE, at=at)
    elif there.filter(failing_since__lte=at - FAILS_AT_MOST).exists():
        _disable(there, FAILED, at=at)
    else:
        there.filter(failing_since=None).update(failing_since=at)


def _disable(there: QuerySet[WebhookEndpoint], why: str, *, at: datetime) -> None:
    # The account first, as everybody who changes an endpoint holds it: none waits for the other.
    accounts = Account.objects.select_for_update(no_key=True, of=("self",))
    account = accounts.filter(webhooks__in=there).first()
    endpoint = there.select_for_update().filter(account=account).first() if account else None
    if endpoint is None:
        return
    endpoint.failing_since = endpoint.failing_since or at
    switch_off(endpoint=endpoint, why=why, at=at)
    people = AuthorisedUser.objects.filter(
        order__account=endpoint.account_id, is_active=True, may_manage_users=True
    )
    people = people.exclude(order__state=Order.State.DRAFT).select_related("order")
    told: dict[str, Any] = {each.email: each for each in people.order_by("pk")}
    for email, person in told.items():
        if is_plain_address(email):
            enqueue(
                topic=DISABLED,
                key=f"webhook:{endpoint.pk}:disabled:{at.isoformat()}:{person.pk}",
                recipient=email,
                payload={"endpoint_id": endpoint.pk, "person_id": person.pk, "why": why},
                at=at,
            )


def _active(endpoint: WebhookEndpoint, of_client: AuthorisedUser | None) -> WebhookEndpoint:
    now = hold_webhook(endpoint, of_client)
    if not now.is_active:
        raise WebhookRefused(f"{now} is switched off. Switch it on first.")
    return now


def _again(rows: Any, *, by: User, at: datetime) -> int:
    again: int = rows.update(
        state=State.PENDING,
        due_at=at,
        sent_at=None,
        attempts=0,
        last_error="",
        resent_by=by.get_username(),
    )
    if again:
        nudge(Message.Channel.HOOK)
    return again
