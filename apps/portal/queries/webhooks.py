"""Endpoints of the reader's account, and the log of what was sent to one.

Clause: S-12.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import AuthorisedUser, WebhookEndpoint
from apps.outbox.models import HookAttempt, Message
from apps.portal.queries.seats import Seat

SHOWN = 25  # events on a page
State = Message.State
STATES: dict[str, tuple[Promise, str]] = {
    State.PENDING: (_("Waiting"), "warn"),
    State.SENDING: (_("Being sent"), "warn"),
    State.SENT: (_("Arrived"), "good"),
    State.DEAD: (_("Failed"), "bad"),
    State.WITHDRAWN: (_("Not sent"), ""),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """An event, how far it is, and its last attempt. ``state`` with its tone."""

    message: Message
    type: str
    state: Promise
    tone: str
    last: HookAttempt | None

    @property
    def is_over(self) -> bool:
        """Tell whether it can be sent again."""
        return self.message.state not in (State.PENDING, State.SENDING)


def endpoints_of(seat: Seat) -> list[WebhookEndpoint]:
    """Return the endpoints of the account that is looked at: ten at most.

    Clause: S-12.
    """
    return list(WebhookEndpoint.objects.there().filter(account=seat.account))


def endpoint_at(seats: Sequence[Seat], key: int) -> WebhookEndpoint | None:
    """Return an endpoint of one of these accounts; None: it is not there.

    Clause: S-12, V-3.5.
    """
    accounts = [seat.account for seat in seats if seat.may("users")]
    rows = WebhookEndpoint.objects.there().select_related("account", "made_by")
    return rows.filter(pk=key, account__in=accounts).first()


def message_at(key: int) -> tuple[Message | None, int]:
    """Return an event that was sent, and the key of its endpoint; None, 0: there is none.

    Clause: S-12.
    """
    message = Message.objects.via(Message.Channel.HOOK).filter(pk=key).first()
    return message, int(message.payload["endpoint"]) if message else 0


def manager_of(seat: Seat) -> AuthorisedUser:
    """Return as whom the reader acts: who manages users, and if possible sees invoices.

    Clause: V-3.5.
    """
    managers = [each for each in seat.people.values() if each.may_manage_users]
    return max(managers, key=lambda each: each.may_see_invoices)


def log_of(
    endpoint: WebhookEndpoint, *, failed: bool, after: int, most: int = SHOWN
) -> tuple[list[Sent], int]:
    """Return a page of what was sent, the latest first, and where it goes on; 0: nowhere.

    Clause: S-12.
    """
    rows: Any = Message.objects.hooks(recipient=endpoint.recipient)
    rows = rows.failed() if failed else rows
    rows = rows.filter(pk__lt=after) if after else rows
    found = list(rows.order_by("-pk")[: most + 1])
    shown = found[:most]
    tried = HookAttempt.objects.filter(message__in=shown).order_by("pk")
    last = {attempt.message_id: attempt for attempt in tried}
    listed = [sent_of(message, last.get(message.pk)) for message in shown]
    return listed, shown[-1].pk if len(found) > most else 0


def sent_of(message: Message, last: HookAttempt | None) -> Sent:
    """Return an event as it is listed.

    Clause: S-12.
    """
    state, tone = STATES[message.state]
    return Sent(message, message.payload["body"]["type"], state, tone, last)


def attempts_of(message: Message) -> list[HookAttempt]:
    """Return the latest attempts of an event, the last one first.

    Clause: S-12.
    """
    return list(message.tries.order_by("-pk")[:SHOWN])
