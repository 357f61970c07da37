"""The timeline of an outage, drafted from what happened to its tickets.

It goes to every account that the outage touched, so it names no client and no person, and says
nothing that only staff should read: an author adds what is missing.

Clause: S-6.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.tickets.rules.history import Happening, Kind

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What the histories of the tickets tell of the outage. None: they do not tell."""

    detected_at: datetime
    restored_at: datetime | None
    timeline: Sequence[Moment]


def outline(histories: Sequence[tuple[Sequence[Happening], Labels]]) -> Outline:
    """Return the draft: each ticket's history, with the labels of its policy's severities.

    The outage is known when the first ticket is registered, and over when the last one has its
    solution; as long as one has none, or lost it, it is not. All is told to the minute, and what is
    the same in the same minute once.

    Clause: S-6.
    """
    moments = sorted(
        (moment for history, labels in histories for moment in _told(history, labels)),
        key=lambda moment: moment.at,
    )
    solved = [_solved_at(history) for history, _ in histories]
    restored = [at for at in solved if at is not None]
    return Outline(
        detected_at=_minute(min(history[0].at for history, _ in histories)),
        restored_at=_minute(max(restored)) if len(restored) == len(solved) else None,
        timeline=list(dict.fromkeys(moments)),
    )


def _told(history: Sequence[Happening], labels: Labels) -> Iterator[Moment]:
    is_answered = False
    for happening in history:
        if happening.kind == Kind.RESPONDED:
            if is_answered:
                continue  # the first answer is news, the others are the conversation
            is_answered = True
        words = _WORDS.get(happening.kind)
        if words:
            yield Moment(_minute(happening.at), words(happening, labels))


def _solved_at(history: Sequence[Happening]) -> datetime | None:
    at: datetime | None = None
    for happening in history:
        if happening.kind == Kind.SOLVED:
            at = happening.at
        elif happening.kind == Kind.REOPENED:
            at = None
    return at


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _severity(happening: Happening, labels: Labels) -> str:
    return f"Severity set to {labels.get(happening.facts['to'], happening.facts['to'])}."


def _handed_out(happening: Happening, labels: Labels) -> str:
    is_vendor = happening.facts.get("party") == "VENDOR"
    return f"The {'vendor of the platform' if is_vendor else 'third party'} was called in."


_WORDS: dict[Kind, Callable[[Happening, Labels], str]] = {
    Kind.REGISTERED: lambda happening, labels: "The fault was reported to support.",
    Kind.RESPONDED: lambda happening, labels: "Support answered the report.",
    Kind.SEVERITY_CHANGED: _severity,
    Kind.HANDED_OUT: _handed_out,
    Kind.HANDED_BACK: lambda happening, labels: "Their part of the work was done.",
    Kind.WORKAROUND_GIVEN: lambda happening, labels: "A workaround was given.",
    Kind.SOLVED: lambda happening, labels: "The solution was given.",
    Kind.REOPENED: lambda happening, labels: "The fault came back, and work was taken up again.",
}
