"""“When would this be due?”: what a request would be promised, step by step.

The answer comes from the same function that sets the deadlines of tickets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts import queries as contracts
from apps.contracts.models import Clause, PolicyVersion, Target
from apps.contracts.rules.calendar import BeyondHorizon, NoServiceTime
from apps.contracts.rules.terms import Terms
from apps.tickets.admin.explained import Cited, cite, explained
from apps.tickets.admin.when_due_form import WhenDueForm
from apps.tickets.rules.deadlines import Deadline, deadlines
from apps.tickets.rules.history import Happening, Kind
from apps.tickets.rules.promise import DeadlineKind
from apps.tickets.wording import moment, span


@dataclass(frozen=True, slots=True)
class Answer:
    """What one kind of promise would be. Without ``due``: why there is no instant."""

    kind: str
    due: Sequence[tuple[str, str]]  # in words, and the zone of each
    target: str
    none: str
    steps: Sequence[tuple[str, Sequence[Cited]]]
    clauses: Sequence[Cited]


def when_due(data: Mapping[str, Any], *, at: datetime, reader: str) -> dict[str, Any]:
    """Return the page's context: the form as far as it is filled in, and the answers."""
    form = WhenDueForm(data, at=at, reader=reader)
    context: dict[str, Any] = {"form": form, "answers": None}
    if not form.is_asked or not form.is_valid():
        return context
    try:
        context["answers"] = list(_answers(form, reader))
    except (BeyondHorizon, NoServiceTime) as error:
        form.add_error(None, str(error))
    return context


def _answers(form: WhenDueForm, reader: str) -> Iterator[Answer]:
    given = form.cleaned_data
    version: PolicyVersion = given["version"]
    at: datetime = given["instant"]
    inside = contracts.standard_hours(version.pk).is_open(at)
    facts = {
        "severity": given["severity"],
        "channel": given["channel"],
        "arrival": "INSIDE" if inside else "OUTSIDE",
    }
    terms = contracts.terms(version_id=version.pk, plan_id=form.plan_id)
    hours = contracts.hours_of_version(version.pk)
    history = [Happening(Kind.REGISTERED, at, facts)]
    owed = {row.kind: row for row in deadlines(history, terms=terms, hours=hours)}
    clauses = {row.ref: row for row in Clause.objects.filter(version=version)}
    zones = list(dict.fromkeys([given["zone"], version.time_zone, reader]))
    for kind, name in Target.Kind.choices:
        if DeadlineKind(kind) in owed:
            yield _owed(name, owed[DeadlineKind(kind)], zones, clauses)
        else:
            yield _not_owed(kind, name, facts, terms, clauses)


def _owed(
    name: str, deadline: Deadline, zones: Sequence[str], clauses: Mapping[str, Clause]
) -> Answer:
    due_at = deadline.due_at
    steps = [
        {"clause": step.clause, "text": step.text, "figures": step.figures}
        for step in deadline.steps
    ]
    return Answer(
        kind=name,
        due=[(moment(due_at, zone), zone) for zone in zones] if due_at else [],
        target=span(deadline.target),
        none="",
        steps=explained(steps, zone=zones[0], clauses=clauses),
        clauses=cite(deadline.clause, clauses),
    )


def _not_owed(
    kind: str, name: str, facts: Mapping[str, str], terms: Terms, clauses: Mapping[str, Clause]
) -> Answer:
    target = terms.target(kind=kind, **facts)
    if target is None:
        return Answer(name, [], "", "Nothing is promised for this: no deadline.", [], [])
    refs = cite(f"{target.clause}, {target.reading}", clauses)
    return Answer(name, [], "", "Best effort: owed, but with no fixed time.", [], refs)
