"""Service hours against the fastest library of PyPI that gives the same answers.

Aware datetimes in UTC, as Django gives them; standard hours of New York with
the US federal holidays; instants at random over two years, from a fixed seed.
A library that gets one of the timed questions wrong is out for that operation,
and its wrong answer is shown. Where a library is wrong only on the few edges
written out below, it is shown too, but stays: a faster rival is the harder one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from random import Random
from typing import Any

from tests.benchmarks.calendar_rivals import NEW_YORK, Candidate, ours, rivals
from tests.benchmarks.harness import Ratio, Unavailable, medians

Question = tuple[datetime, Any]  # the start, and the end or the duration
Answer = Callable[[datetime, Any], Any]


@dataclass(frozen=True, slots=True)
class Span:
    name: str
    length: timedelta
    service: timedelta  # about what the length holds, as a target
    questions: int
    bound: float


SPANS = [
    Span("8 hours", timedelta(hours=8), timedelta(hours=8), 400, 2),
    Span("30 days", timedelta(days=30), timedelta(hours=250), 200, 8),
    Span("a year", timedelta(days=365), timedelta(hours=3000), 100, 60),
]
FLAT = 1.5  # what a year may cost, in eight hours
CALLS = 2000  # of ours in one timing: about a millisecond, short enough to dodge a busy machine


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


EDGES: dict[str, list[tuple[Question, Any]]] = {
    "between": [
        ((_at("2026-03-06 19:00"), _at("2026-03-09 09:00")), timedelta(hours=2)),
        ((_at("2026-10-30 19:00"), _at("2026-11-02 09:00")), timedelta(hours=2)),
        ((_at("2026-07-02 19:00"), _at("2026-07-06 09:00")), timedelta(hours=2)),
        ((_at("2026-01-05 20:00"), _at("2026-01-06 08:00")), timedelta()),
        ((_at("2026-01-05 19:59:59.9"), _at("2026-01-06 08:00:00.1")), timedelta(seconds=0.2)),
    ],
    "after": [
        ((_at("2026-03-06 19:00"), timedelta(hours=2)), _at("2026-03-09 09:00")),
        ((_at("2026-10-30 19:00"), timedelta(hours=2)), _at("2026-11-02 09:00")),
        ((_at("2026-07-02 19:00"), timedelta(hours=2)), _at("2026-07-06 09:00")),
        ((_at("2026-01-05 08:00"), timedelta(hours=48)), _at("2026-01-08 20:00")),
        ((_at("2026-01-05 19:59:59.9"), timedelta(seconds=0.2)), _at("2026-01-06 08:00:00.1")),
    ],
}


def run() -> list[Ratio]:
    calendar, others = ours(), rivals()
    ratios = []
    for operation in ("between", "after"):
        answer: Answer = getattr(calendar, operation)
        for question, expected in EDGES[operation]:
            assert answer(*question) == expected, (operation, question)
        questions = _questions(operation)
        able = _able(operation, questions, answer, others)
        ratios += [
            _against_fastest(operation, span, questions[span.name], answer, able) for span in SPANS
        ]
        ratios.append(_flatness(operation, questions, answer))
    return ratios


def _questions(operation: str) -> dict[str, list[Question]]:
    """Random whole seconds, the finest that every library can tell apart."""
    random = Random(20260308)
    questions: dict[str, list[Question]] = {}
    for span in SPANS:
        drawn = questions[span.name] = []
        for _ in range(span.questions):
            start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
                seconds=random.randrange(2 * 365 * 86_400)
            )
            jitter = timedelta(seconds=random.randrange(3600))
            length = span.length if operation == "between" else span.service
            drawn.append((start, start + length if operation == "between" else length + jitter))
    return questions


def _able(
    operation: str,
    questions: dict[str, list[Question]],
    answer: Answer,
    others: Sequence[Candidate],
) -> list[Candidate]:
    """Show who is right; return those who are right on all that is timed."""
    timed = [(question, answer(*question)) for drawn in questions.values() for question in drawn]
    able = []
    for other in others:
        reply = getattr(other, operation)
        if reply is None:
            print(f"   {operation}: {other.name} does not do this")
            continue
        wrong = _first_wrong(reply, timed)
        edge = _first_wrong(reply, EDGES[operation])
        if wrong:
            print(f"   {operation}: {other.name} is WRONG, and out: {wrong}")
            continue
        able.append(other)
        remark = f", but wrong on an edge: {edge}" if edge else " and on the edges"
        print(f"   {operation}: {other.name} is right on {len(timed)} questions{remark}")
    if not able:
        raise Unavailable(f"no library is right about {operation}")
    return able


def _first_wrong(reply: Answer, vectors: Sequence[tuple[Question, Any]]) -> str:
    for question, expected in vectors:
        try:
            given = reply(*question)
        except Exception as error:  # whatever a rival raises is its answer
            given = error
        if given != expected:
            start, asked = (_told(value) for value in question)
            return f"({start}, {asked}) gives {_told(given)}, not {_told(expected)}"
    return ""


def _told(value: object) -> str:
    return str(value.astimezone(NEW_YORK)) if isinstance(value, datetime) else str(value)


def _against_fastest(
    operation: str,
    span: Span,
    questions: list[Question],
    answer: Answer,
    able: Sequence[Candidate],
) -> Ratio:
    few = questions[:20]
    fastest = min(
        able,
        key=lambda other: medians(
            _asking(getattr(other, operation), few), _asking(answer, few), rounds=3
        )[0],
    )
    own, others = medians(
        _asking(answer, _times(CALLS, questions)),
        _asking(getattr(fastest, operation), questions),
        rounds=11,
    )
    own, others = own / CALLS, others / len(questions)
    note = f"ours {_each(own)} ({0.001 / own:.0f} k/s), {fastest.name} {_each(others)}"
    return Ratio(f"{operation}, {span.name}", others / own, span.bound, at_least=True, note=note)


def _flatness(operation: str, questions: dict[str, list[Question]], answer: Answer) -> Ratio:
    short, year = medians(
        _asking(answer, _times(CALLS, questions["8 hours"])),
        _asking(answer, _times(CALLS, questions["a year"])),
        rounds=25,
    )
    note = f"ours {_each(short / CALLS)} for 8 hours, {_each(year / CALLS)} for a year"
    return Ratio(f"{operation}, a year to 8 hours", year / short, FLAT, at_least=False, note=note)


def _times(count: int, questions: Sequence[Question]) -> list[Question]:
    """The questions over and over, so many that every timing has the same number."""
    return list(islice(cycle(questions), count))


def _each(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} µs"


def _asking(answer: Answer, questions: Sequence[Question]) -> Callable[[], None]:
    def ask() -> None:
        for start, asked in questions:
            answer(start, asked)

    return ask
