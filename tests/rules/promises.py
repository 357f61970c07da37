"""Terms and stories of tickets, written shortly, for the tests of deadlines."""

from dataclasses import replace
from datetime import UTC

from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import RuleTerm, SeverityTerm, TargetTerm, Terms
from apps.tickets.rules.deadlines import Deadline, deadlines
from apps.tickets.rules.history import Happening, Kind
from tests.rules.calendars import calendar, hours, local

STANDARD, ALWAYS = 1, 2
HOURS = {
    STANDARD: calendar(),
    ALWAYS: ServiceHours(zone="America/New_York", windows=(), always_open=True),
}
NAMES = {STANDARD: "Standard hours", ALWAYS: "Around the clock"}


def target(kind, severity, count, calendar_id, **conditions):
    """A promise of so many hours; None: best effort."""
    duration = None if count is None else hours(count)
    calendar_id = None if count is None else calendar_id
    name = NAMES.get(calendar_id, "")
    return TargetTerm(kind, severity, duration, calendar_id, name, "H-3", **conditions)


RESPONSES = (
    target("RESPONSE", "1", 1, ALWAYS),
    target("RESPONSE", "2", 2, STANDARD),
    target("RESPONSE", "3", 4, STANDARD),
    target("RESPONSE", "4", 8, STANDARD),
)
RESOLUTIONS = (
    target("RESOLUTION", "1", None, None),
    target("RESOLUTION", "2", 4, ALWAYS),
    target("RESOLUTION", "3", 8, STANDARD, reading="R-2"),
    target("RESOLUTION", "4", 48, STANDARD, reading="R-2"),
)
RULES = {
    "response": RuleTerm(
        "H-4", "", {"counts": ["public_reply", "logged_call"], "stops_for": ["suspension"]}
    ),
    "resolution": RuleTerm("H-5", "", {"stops_for": ["waiting_on_client", "suspension"]}),
    "severity_change": RuleTerm("H-6", "R-14", {"counts_from": "registration"}),
}
TERMS = Terms(
    severities={
        key: SeverityTerm(key, int(key), f"Priority {key}", key in "12") for key in ("1234")
    },
    targets=(*RESPONSES, *RESOLUTIONS),
    rules=RULES,
    warn_at_percent=75,
    time_zone="America/New_York",
)


def with_targets(*targets):
    return replace(TERMS, targets=targets)


def story(severity, registered, *later, channel="EMAIL", arrival="INSIDE"):
    """A history in New York's time: "09:00 NOTED", on registration's day unless it has a date.

    "10:00 SEVERITY_CHANGED 3 1" is from 3 to 1, "10:00 DEADLINE_MISSED RESPONSE" is that one,
    "10:00 RESPONDED by_phone" was a call.
    """
    day = registered.split()[0]
    facts = {"severity": severity, "channel": channel, "arrival": arrival}
    return [
        Happening(Kind.REGISTERED, utc(registered), facts),
        *(_happening(line, day) for line in later),
    ]


def utc(text):
    """An instant on New York's clock, as the database gives it."""
    return local(text).astimezone(UTC)


def _happening(line, day):
    words = line.split()
    when = words.pop(0) if "-" in words[0] else day
    at = utc(f"{when} {words.pop(0)}")
    kind = Kind(words.pop(0))
    facts = {}
    if kind == Kind.SEVERITY_CHANGED:
        facts = {"from": words[0], "to": words[1]}
    elif kind in (Kind.DEADLINE_MISSED, Kind.DEADLINE_WARNED):
        facts = {"deadline": words[0]}
    elif words:
        facts = {words[0]: True}
    return Happening(kind, at, facts)


def owed(history, *, terms=TERMS, of=HOURS) -> dict[str, Deadline]:
    return {found.kind: found for found in deadlines(history, terms=terms, hours=of)}


def response(severity, registered, *later, terms=TERMS, **facts):
    return owed(story(severity, registered, *later, **facts), terms=terms).get("RESPONSE")


def resolution(severity, registered, *later, terms=TERMS, **facts):
    return owed(story(severity, registered, *later, **facts), terms=terms).get("RESOLUTION")


def verdict(deadline):
    """What became of it, when it was due, and when it was settled."""
    return deadline.state, deadline.due_at, deadline.settled_at
