"""Terms and stories of tickets, written shortly, for the tests of deadlines."""

from dataclasses import replace
from datetime import UTC

from apps.contracts.rules.calendar import ServiceHours
from apps.contracts.rules.terms import CalendarTerm, RuleTerm, SeverityTerm, TargetTerm, Terms
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
# What a policy may have on top; each test takes what it needs.
CLIENT_REPLY = {
    "client_reply": RuleTerm(
        "H-8", "", {"as_long_as": "response", "on_miss": "propose", "reason": "no-information"}
    )
}
CONFIRMATION = {
    "closure_confirmation": RuleTerm(
        "H-9",
        "R-10",
        {"within": {"hours": 48, "minutes": 0}, "calendar": "always", "on_silence": "close"},
    )
}
STEP_DOWN = {
    "step_down": RuleTerm(
        "H-10",
        "",
        {
            "steps": [
                {"severities": ["1", "2"], "to": "3", "after": {"hours": 0, "minutes": 0}},
                {"severities": ["3"], "to": "4", "after": {"hours": 24, "minutes": 0}},
            ],
            "close_after": {"hours": 48, "minutes": 0},
            "calendar": "always",
            "reason": None,
        },
    )
}
OUTAGE = {
    "reason_for_outage": RuleTerm(
        "H-11",
        "R-3",
        {
            "owed": [
                {"severity": "1", "within": {"hours": 24, "minutes": 0}},
                {"severity": "2", "within": {"hours": 96, "minutes": 0}},
            ],
            "calendar": "always",
            "remind_at_percent": [50, 75],
            "preliminary_keeps": False,
        },
    )
}
VENDOR = {"code_change": RuleTerm("H-12", "", {"fixed_resolution": False})}
TERMS = Terms(
    severities={
        key: SeverityTerm(key, int(key), f"Priority {key}", key in "12") for key in ("1234")
    },
    targets=(*RESPONSES, *RESOLUTIONS),
    rules=RULES,
    warn_at_percent=75,
    time_zone="America/New_York",
    calendars={
        "standard": CalendarTerm(STANDARD, NAMES[STANDARD]),
        "always": CalendarTerm(ALWAYS, NAMES[ALWAYS]),
    },
)


def with_targets(*targets):
    return replace(TERMS, targets=targets)


def with_rules(*rules):
    """The terms with further rules."""
    return replace(TERMS, rules={**RULES, **{key: each[key] for each in rules for key in each}})


def story(severity, registered, *later, channel="EMAIL", arrival="INSIDE"):
    """A history in New York's time: "09:00 NOTED", on registration's day unless it has a date.

    "10:00 SEVERITY_CHANGED 3 1" is from 3 to 1, "10:00 DEADLINE_MISSED RESPONSE" is that one,
    "10:00 RESPONDED by_phone" was a call; "10:00 SEVERITY_CHANGED 1 3 misclassified" corrects it;
    "10:00 HANDED_OUT VENDOR" is a case with the vendor, "… affecting" while service suffers;
    "10:00 JOINED 09:30" merges in what was registered at 09:30; "10:00 JUDGED justified".
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
    if kind in (Kind.SEVERITY_CHANGED, Kind.STEPPED_DOWN):
        facts = {"from": words[0], "to": words[1], **dict.fromkeys(words[2:], True)}
    elif kind in (Kind.DEADLINE_MISSED, Kind.DEADLINE_WARNED):
        facts = {"deadline": words[0], "serial": int(words[1]) if words[1:] else 1}
    elif kind == Kind.HANDED_OUT:
        facts = {"party": words[0], "service_affecting": words[1:] == ["affecting"]}
    elif kind == Kind.JOINED:
        facts = {"registered_at": utc(f"{when} {words[0]}").isoformat()}
    elif words:
        facts = {words[0]: True}
    return Happening(kind, at, facts)


def owed(history, *, terms=TERMS, of=HOURS) -> dict[str, Deadline]:
    return {found.kind: found for found in deadlines(history, terms=terms, hours=of)}


def response(severity, registered, *later, terms=TERMS, **facts):
    return owed(story(severity, registered, *later, **facts), terms=terms).get("RESPONSE")


def resolution(severity, registered, *later, terms=TERMS, **facts):
    return owed(story(severity, registered, *later, **facts), terms=terms).get("RESOLUTION")


def all_of(kind, history, *, terms):
    """Every deadline of a kind: serial, what became of it, when it was due, when it was settled."""
    return [
        (found.serial, found.state, found.due_at, found.settled_at)
        for found in deadlines(history, terms=terms, hours=HOURS)
        if found.kind == kind
    ]


def verdict(deadline):
    """What became of it, when it was due, and when it was settled."""
    return deadline.state, deadline.due_at, deadline.settled_at
