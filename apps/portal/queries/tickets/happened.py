"""What happened to a ticket, in a client's words. What is not named here, no client sees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.portal.queries.tickets.promises import NAMES
from apps.tickets.models import Deadline, Event

What = Event.What
Facts = Mapping[str, Any]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a ticket's story."""

    at: datetime
    words: str


def story_of(events: Sequence[Event], labels: Labels) -> list[Happened]:
    """Return what a client is told of the events, the latest first.

    ``labels`` maps severities' keys to their labels.
    """
    return [
        Happened(event.at, in_words(event, labels))
        for event in reversed(events)
        if event.kind in TOLD
    ]


def in_words(event: Event, labels: Labels) -> str:
    """Return one sentence on an event that a client may hear of."""
    return TOLD[event.kind](event.facts, labels)


def _said(words: Callable[[], str]) -> Callable[[Facts, Labels], str]:
    return lambda facts, labels: words()


def _registered(facts: Facts, labels: Labels) -> str:
    severity = labels.get(facts.get("severity", ""), "")
    told = _("Registered as %(severity)s") % {"severity": severity}
    if facts.get("arrival") == "OUTSIDE":
        told = _("%(told)s, outside standard hours") % {"told": told}
    if facts.get("split_from"):
        told = _("%(told)s, split from %(number)s") % {"told": told, "number": facts["split_from"]}
    return told


def _changed(facts: Facts, labels: Labels) -> str:
    before, after = (labels.get(facts.get(name, ""), "?") for name in ("from", "to"))
    told = _("Severity changed from %(before)s to %(after)s") % {"before": before, "after": after}
    return f"{told}: {facts['label']}" if facts.get("label") else told


def _disputed(facts: Facts, labels: Labels) -> str:
    before, after = (labels.get(facts.get(name, ""), "?") for name in ("disputed", "wanted"))
    who = facts.get("client", "")
    words = {"who": who, "before": before, "after": after}
    return _("%(who)s disputed %(before)s and wants %(after)s") % words


def _decided(facts: Facts, labels: Labels) -> str:
    told = _("Dispute upheld") if facts.get("upheld") else _("Dispute rejected")
    return f"{told}: {facts['reason']}" if facts.get("reason") else told


def _responded(facts: Facts, labels: Labels) -> str:
    return _("We spoke on the phone") if facts.get("by_phone") else _("We answered")


def _handed_out(facts: Facts, labels: Labels) -> str:
    if facts.get("party") == "VENDOR":
        return _("The platform's vendor works on it with us")
    return _("A third party works on it with us")


def _closed(facts: Facts, labels: Labels) -> str:
    if facts.get("silence"):
        return _("Closed: we asked whether it is settled, and heard nothing")
    told = _("Closed")
    return f"{told}: {facts['label']}" if facts.get("label") else told


def _judged(facts: Facts, labels: Labels) -> str:
    if facts.get("justified"):
        return _("Your refusal is justified: our clock has run on since then")
    return _("Your refusal is not justified: the solution stands")


def _reported(facts: Facts, labels: Labels) -> str:
    if facts.get("preliminary"):
        return _("Preliminary Reason for Outage issued")
    return _("Reason for Outage issued")


def _escalated(facts: Facts, labels: Labels) -> str:
    told = _("%(who)s escalated it") % {"who": facts.get("who", "")}
    return _("%(told)s, to %(to)s") % {"told": told, "to": facts["to"]} if facts.get("to") else told


def _climbed(facts: Facts, labels: Labels) -> str:
    if facts.get("to"):
        return _("The escalation went on to %(to)s") % {"to": facts["to"]}
    return _("The escalation went on to the managers on duty")


def _missed(facts: Facts, labels: Labels) -> str:
    kind = facts.get("deadline", "")
    if kind == Deadline.Kind.CLIENT_REPLY:
        return _("No answer from you came in time")
    return _("%(promise)s missed") % {"promise": NAMES.get(kind, _("A promise"))}


def _numbered(words: Callable[[], str], name: str) -> Callable[[Facts, Labels], str]:
    return lambda facts, labels: words() % {"number": facts.get(name, "")}


TOLD: Mapping[str, Callable[[Facts, Labels], str]] = {
    What.REGISTERED: _registered,
    What.RESPONDED: _responded,
    What.ASKED_CLIENT: _said(lambda: _("We asked you: it is your turn")),
    What.CLIENT_REPLIED: _said(lambda: _("You wrote: it is our turn")),
    What.SEVERITY_CHANGED: _changed,
    What.STEPPED_DOWN: _changed,
    What.DISPUTED: _disputed,
    What.DISPUTE_DECIDED: _decided,
    What.HANDED_OUT: _handed_out,
    What.HANDED_BACK: _said(lambda: _("Others are done with it; we go on")),
    What.WORKAROUND_GIVEN: _said(lambda: _("We gave you a workaround")),
    What.SOLVED: _said(lambda: _("We gave you a solution")),
    What.CONFIRMED: _said(lambda: _("The solution was confirmed")),
    What.REFUSED: _said(lambda: _("The solution was refused: we look at why")),
    What.JUDGED: _judged,
    What.RFO_ISSUED: _reported,
    What.SUSPENDED: _said(lambda: _("Suspended")),
    What.RESUMED: _said(lambda: _("It goes on")),
    What.MERGED: _numbered(lambda: _("Goes on as %(number)s"), "into"),
    What.JOINED: _numbered(lambda: _("%(number)s goes on here"), "from"),
    What.SPLIT: _numbered(lambda: _("A part of it goes on as %(number)s"), "into"),
    What.ESCALATED: _escalated,
    What.ESCALATION_CLIMBED: _climbed,
    What.ESCALATION_TAKEN: lambda facts, labels: (
        _("%(who)s has the escalation in hand") % {"who": facts.get("who", "")}
    ),
    What.ESCALATION_ANSWERED: _said(lambda: _("We answered the escalation")),
    What.CLOSED: _closed,
    What.REOPENED: _said(lambda: _("Opened again")),
    What.DEADLINE_MISSED: _missed,
}
