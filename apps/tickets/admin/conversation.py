"""What was said on a ticket, each message with what it was: a question, a call, a solution."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.tickets.models import Event, Message

MOST_MOVES = 5  # merges and splits after each other that a message is followed through
What = Event.What


def conversation(said: Sequence[Message], log: Sequence[Event]) -> list[tuple[Message, str]]:
    """Return each message with what it was, where the logs tell more than its direction.

    What came from another ticket, by a merge or a split, is in the log of that one.
    """
    told: dict[int, dict[str, Any]] = {}
    for event in [*_elsewhere(log), *log]:
        told.setdefault(event.facts.get("message", 0), {})[event.kind] = event.facts
    return [(row, _kind_of(row, told.get(row.pk, {}))) for row in said]


def _elsewhere(log: Sequence[Event]) -> list[Event]:
    """Return what the logs tell of messages on the tickets that messages may have come from."""
    found: list[Event] = []
    known: set[int] = set()
    events = list(log)
    for _ in range(MOST_MOVES):
        came_from = {_came_from(event) for event in events} - known - {0}
        if not came_from:
            break
        known |= came_from
        rows = Event.objects.filter(ticket__in=came_from, kind__in=[*_TELLING, *_MOVES])
        events = list(rows.order_by("pk").only("kind", "facts"))
        found += events
    return found


def _came_from(event: Event) -> int:
    """Return the key of the ticket that an event says messages came from; 0: of none."""
    moved = event.kind == What.JOINED or "split_from" in event.facts
    return int(event.facts.get("pk", 0)) if moved else 0


def _kind_of(message: Message, told: Mapping[str, Any]) -> str:
    if told.get(What.RESPONDED, {}).get("by_phone"):
        return "Call with the client"
    kinds = (words for kind, words in _KINDS.items() if kind in told)
    return next(kinds, message.get_direction_display())


_KINDS = {
    What.SOLVED: "Solution to the client",
    What.JUDGED: "Verdict to the client",
    What.WORKAROUND_GIVEN: "Workaround to the client",
    What.RFO_ISSUED: "Reason for Outage to the client",
    What.CONFIRMED: "Closure confirmed",
    What.REFUSED: "Closure refused",
    What.CLOSED: "Closing message to the client",
    What.ASKED_CLIENT: "Question to the client",
}
_TELLING = [*_KINDS, What.RESPONDED]
_MOVES = [What.JOINED, What.REGISTERED]
