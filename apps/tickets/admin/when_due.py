"""“When would this be due?”: what a request would be promised, step by step.

The answer comes from the same function that sets the deadlines of tickets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.contracts.models import Clause, PolicyVersion
from apps.contracts.rules.calendar import BeyondHorizon, NoServiceTime
from apps.tickets.admin.explained import Cited, cite, explained
from apps.tickets.admin.when_due_form import WhenDueForm
from apps.tickets.queries.foreseen import Foreseen, foreseen
from apps.tickets.rules.deadlines import Deadline
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
    found = foreseen(
        version_id=version.pk,
        plan_id=form.plan_id,
        severity=given["severity"],
        channel=given["channel"],
        at=given["instant"],
    )
    clauses = {row.ref: row for row in Clause.objects.filter(version=version)}
    zones = list(dict.fromkeys([given["zone"], version.time_zone, reader]))
    for each in found:
        if each.deadline is not None:
            yield _owed(each.name, each.deadline, zones, clauses)
        else:
            yield _not_owed(each, clauses)


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


def _not_owed(each: Foreseen, clauses: Mapping[str, Clause]) -> Answer:
    target = each.target
    if target is None:
        none = "Nothing is promised for this: no deadline."
        return Answer(each.name, [], "", none, [], [])
    refs = cite(f"{target.clause}, {target.reading}", clauses)
    return Answer(each.name, [], "", "Best effort: owed, but with no fixed time.", [], refs)
