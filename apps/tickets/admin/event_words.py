"""What happened to a ticket, in words that a colleague would use."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.tickets.models import Deadline, Event, Ticket, VendorCase

Facts = Mapping[str, Any]
Labels = Mapping[str, str]
_KINDS = dict(Deadline.Kind.choices)
_PARTIES = dict(VendorCase.Party.choices)
_CHANNELS = {
    key: name if key in ("TAM", "API") else name.lower() for key, name in Ticket.Channel.choices
}


def in_words(event: Event, severities: Labels) -> str:
    """Return one sentence. ``severities`` maps keys to the policy's labels."""
    known = _WORDS.get(event.kind)
    return known(event.facts, severities) if known else event.get_kind_display()


def _registered(facts: Facts, severities: Labels) -> str:
    severity = severities.get(facts.get("severity", ""), "")
    channel = _CHANNELS.get(facts.get("channel", ""), "")
    arrival = {"INSIDE": "inside", "OUTSIDE": "outside"}.get(facts.get("arrival", ""), "")
    words = ["Registered", f"by {channel}" * bool(channel), f"as {severity}" * bool(severity)]
    hours = f", {arrival} standard hours" if arrival else ""
    told = " ".join(filter(None, words)) + hours
    if facts.get("split_from"):
        told = f"{told}. Split from {facts['split_from']}"
    why = facts.get("desk_why")
    return f"{told}. To the support centre, not the TAM: {why}" if why else told


def _severity_changed(facts: Facts, severities: Labels) -> str:
    before, after = (severities.get(facts.get(name, ""), "?") for name in ("from", "to"))
    return f"Severity from {before} to {after}. {_because(facts)}"


def _closed(facts: Facts, severities: Labels) -> str:
    return f"{_closed_how(facts)} {facts.get('label', '')}".rstrip()


def _reopened(facts: Facts, severities: Labels) -> str:
    why = facts.get("explanation")
    return f"Reopened: {why}" if why else "Reopened by the client's message"


def _responded(facts: Facts, severities: Labels) -> str:
    return "Call with the client: a response" if facts.get("by_phone") else "Answered the client"


def _assigned(facts: Facts, severities: Labels) -> str:
    if facts.get("desk") == Ticket.Desk.CENTRE:
        to = f", {facts['to']}" if facts.get("to") else ""
        return f"Handed to the support centre{to}"
    if facts.get("desk") == Ticket.Desk.TAM:
        return f"To the TAM, {facts['to']}"
    return f"Assigned to {facts['to']}" if facts.get("to") else "Put back to the queue"


def _disputed(facts: Facts, severities: Labels) -> str:
    before, after = (severities.get(facts.get(name, ""), "?") for name in ("disputed", "wanted"))
    return f"{facts.get('client', 'The client')} disputes {before}, and wants {after}"


def _decided(facts: Facts, severities: Labels) -> str:
    how = "upheld" if facts.get("upheld") else "rejected"
    return f"Dispute {how}: {facts.get('reason', '')}"


def _linked(facts: Facts, severities: Labels) -> str:
    how = "No longer linked" if facts.get("undone") else "Linked"
    return f"{how} with {facts.get('linked', '?')}"


def _split(facts: Facts, severities: Labels) -> str:
    count = len(facts.get("messages", []))
    return f"{count} message{'s' * (count != 1)} split off to {facts.get('into', '?')}"


def _bounced(facts: Facts, severities: Labels) -> str:
    to = f" to {facts['recipient']}" if facts.get("recipient") else ""
    status = f" ({facts['status']})" if facts.get("status") else ""
    why = f": {facts['diagnostic']}" if facts.get("diagnostic") else ""
    return f"A mail of ours{to} came back{status}{why}"


def _solved(facts: Facts, severities: Labels) -> str:
    exclusion = facts.get("exclusion")
    told = f"Solution given. {facts.get('label', '')}".rstrip()
    return f"{told}. Not covered: {exclusion}" if exclusion else told


def _judged(facts: Facts, severities: Labels) -> str:
    if facts.get("justified"):
        return "The client's refusal is justified: the resolution clock runs on since then"
    return "The client's refusal is not justified"


def _stepped_down(facts: Facts, severities: Labels) -> str:
    before, after = (severities.get(facts.get(name, ""), "?") for name in ("from", "to"))
    return f"Stepped down from {before} to {after}. {facts.get('label', '')}".rstrip()


def _closed_how(facts: Facts) -> str:
    if facts.get("silence"):
        return "Closed: the client did not answer in time."
    return "Closed by itself." if facts.get("by_itself") else "Closed."


def _handed_out(facts: Facts, severities: Labels) -> str:
    party = _PARTIES.get(facts.get("party", ""), "Others").lower()
    reference = f", {facts['reference']}" if facts.get("reference") else ""
    suffers = "service suffers" if facts.get("service_affecting") else "service does not suffer"
    what = "Corrected: the work of" if facts.get("corrected") else "Handed to"
    return f"{what} {facts.get('name', '')} ({party}{reference}): {suffers}"


def _classified(facts: Facts, severities: Labels) -> str:
    told = ", ".join(filter(None, [facts.get("category"), facts.get("covered_work")]))
    return f"Classified: {told}" if told else "Its classification was taken away"


def _reported(facts: Facts, severities: Labels) -> str:
    kind = "preliminary" if facts.get("preliminary") else "final"
    which = f" of {facts['number']}, revision {facts['revision']}" if "number" in facts else ""
    return f"Reason for Outage{which} issued, {kind} report"


def _suspended(facts: Facts, severities: Labels) -> str:
    return f"Suspended: {facts.get('why', '')}"


def _resumed(facts: Facts, severities: Labels) -> str:
    return f"Goes on: {facts['why']}" if facts.get("why") else "Goes on"


def _missed(facts: Facts, severities: Labels) -> str:
    if facts.get("deadline") == Deadline.Kind.CLIENT_REPLY:
        return "The client did not answer in time"
    return f"{_kind(facts)} missed"


def _because(facts: Facts) -> str:
    return ": ".join(filter(None, [facts.get("label"), facts.get("explanation")]))


def _kind(facts: Facts) -> str:
    return _KINDS.get(facts.get("deadline", ""), "A deadline")


_WORDS: dict[str, Callable[[Facts, Labels], str]] = {
    Event.What.REGISTERED: _registered,
    Event.What.ACKNOWLEDGED: lambda facts, severities: "Number sent to the requester",
    Event.What.ASSIGNED: _assigned,
    Event.What.NOTED: lambda facts, severities: facts.get("what") or "Left an internal note",
    Event.What.RESPONDED: _responded,
    Event.What.ASKED_CLIENT: lambda facts, severities: "Asked the client: it is their turn",
    Event.What.CLIENT_REPLIED: lambda facts, severities: "The client wrote: it is our turn",
    Event.What.SEVERITY_CHANGED: _severity_changed,
    Event.What.DISPUTED: _disputed,
    Event.What.DISPUTE_DECIDED: _decided,
    Event.What.LINKED: _linked,
    Event.What.MERGED: lambda facts, severities: f"Merged into {facts.get('into', '?')}",
    Event.What.JOINED: lambda facts, severities: f"{facts.get('from', '?')} was merged into this",
    Event.What.SPLIT: _split,
    Event.What.BOUNCED: _bounced,
    Event.What.CLOSED: _closed,
    Event.What.REOPENED: _reopened,
    Event.What.DEADLINE_WARNED: lambda facts, severities: f"{_kind(facts)} falls due soon",
    Event.What.DEADLINE_MISSED: _missed,
    Event.What.CLASSIFIED: _classified,
    Event.What.PROPOSAL_DECLINED: lambda facts, severities: (
        f"The severity stays: {facts.get('explanation', '')}"
    ),
    Event.What.HANDED_OUT: _handed_out,
    Event.What.HANDED_BACK: lambda facts, severities: (
        f"Back from {facts.get('name', '')}: {facts.get('outcome', '')}"
    ),
    Event.What.WORKAROUND_GIVEN: lambda facts, severities: "Gave the client a workaround",
    Event.What.SOLVED: _solved,
    Event.What.CONFIRMED: lambda facts, severities: "The client confirmed the solution",
    Event.What.REFUSED: lambda facts, severities: "The client refused the solution",
    Event.What.JUDGED: _judged,
    Event.What.STEPPED_DOWN: _stepped_down,
    Event.What.RFO_ISSUED: _reported,
    Event.What.SUSPENDED: _suspended,
    Event.What.RESUMED: _resumed,
}
