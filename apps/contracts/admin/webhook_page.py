"""An endpoint's page: what it is, what was sent, who did what, and what may be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.contracts.models import WebhookEndpoint
from apps.contracts.rules.webhooks import EVENTS
from apps.outbox.models import HookAttempt, Message

SHOWN = 20  # events
DONE = 10  # acts of people and of the machine
ON, FAILING, OFF, ENDED, LOST = "On", "Failing", "Switched off", "Ended", "Secret unreadable"
TONES = {ON: "success", FAILING: "warning", OFF: "danger", ENDED: "info", LOST: "danger"}
COLOURS = {"success": "green", "warning": "amber", "danger": "red"}
STATES = {"SENT": "green", "DEAD": "red", "PENDING": "amber", "SENDING": "amber"}


@dataclass(frozen=True, slots=True)
class Sent:
    """An event in the outbox, with its last attempt."""

    row: Message
    last: HookAttempt | None

    @property
    def type(self) -> str:
        return str(self.row.payload["body"]["type"])

    @property
    def tone(self) -> str:
        return STATES.get(self.row.state, "")


def state_of(endpoint: WebhookEndpoint) -> str:
    """Return how an endpoint does, in a word or two."""
    if endpoint.ended_at is not None:
        return ENDED
    if endpoint.is_unreadable:
        return LOST
    if not endpoint.is_active:
        return OFF
    return FAILING if endpoint.failing_since else ON


def facts_of(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Return what the page of an endpoint shows, to who may look at it."""
    state = state_of(endpoint)
    return {
        "title": str(endpoint),
        "original": endpoint,
        "state": state,
        "tone": COLOURS.get(TONES[state], ""),
        "is_lost": state == LOST,
        "wanted": [(each, EVENTS.get(each, each)) for each in endpoint.events],
        "sent": _sent(endpoint),
        "done": endpoint.history.select_related("history_user")[:DONE],
    }


def _sent(endpoint: WebhookEndpoint) -> Sequence[Sent]:
    rows = list(Message.objects.hooks(recipient=endpoint.recipient).order_by("-pk")[:SHOWN])
    tried = HookAttempt.objects.filter(message__in=rows).order_by("pk")
    last = {attempt.message_id: attempt for attempt in tried}
    return [Sent(row, last.get(row.pk)) for row in rows]
