"""What would become of a request before it is sent: promised what, or refused, and why.

Clause: V-1.2, V-2-response, V-3.1, V-3.5, S-2.1, S-3, S-12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise as Text

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, Reason, Severity
from apps.contracts.queries.askable import categories_of
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.queries.restrictions import told
from apps.contracts.rules.calendar import BeyondHorizon, NoServiceTime
from apps.contracts.rules.entitlement import Answer, Wanted
from apps.portal.queries.tickets.promises import NAMES
from apps.portal.queries.whys import Step, Titles, cited, steps_of
from apps.tickets.models import Ticket
from apps.tickets.queries.foreseen import Foreseen, foreseen


@dataclass(frozen=True, slots=True)
class Promised:
    """One kind of promise. ``due_at`` None: no instant; ``is_best_effort``: but owed."""

    name: Text
    due_at: datetime | None
    is_best_effort: bool
    steps: Sequence[Step]
    clauses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WhatFollows:
    """What we would do. With ``is_taken`` no: ``going_on`` are the categories that still go.

    ``later``: why nobody acts at this hour, where help can be booked instead; None: they do.
    """

    is_taken: bool
    why: str
    checks: Sequence[tuple[bool, str, Sequence[tuple[str, str]]]]
    promises: Sequence[Promised]
    later: Answer | None
    going_on: Sequence[Reason]
    clauses: Sequence[tuple[str, str]]


def what_follows(
    person: AuthorisedUser, asked: dict[str, Any], *, at: datetime, zone: str, sees_money: bool
) -> WhatFollows:
    """Return what becomes of a request of ``asked`` (severity, category, service, …) at an instant.

    The rules are those by which it is then taken, and by which its deadlines are set.

    Clause: V-1.2, V-2-response, V-3.1, V-3.5, S-2.1, S-3, S-12.
    """
    account, titles = person.order.account, titles_of(person.order.version_id)
    answer = contracts.entitled_user(user=person, at=at, wants=Wanted.TICKET, **asked)
    later = None
    if answer.entitled:
        now = contracts.entitled_user(user=person, at=at, wants=Wanted.HELP_NOW, **asked)
        later = None if now.entitled else now
    return WhatFollows(
        is_taken=answer.entitled,
        why=told(answer.why, account, sees_money=sees_money),
        checks=[
            (
                step.holds,
                told(step.says, account, sees_money=sees_money),
                cited(step.clause, titles),
            )
            for step in answer.steps
        ],
        promises=list(_promised(person, asked["severity"], at, zone)) if answer.entitled else [],
        later=later,
        going_on=[] if answer.entitled else _going_on(person),
        clauses=cited(answer.clause, titles),
    )


def titles_of(version_id: int) -> Titles:
    """Return the titles of a policy's clauses, in no query once they are known."""
    return {ref: clause.title for ref, clause in catalogue(version_id).clauses.items()}


def _promised(
    person: AuthorisedUser, severity: Severity, at: datetime, zone: str
) -> Iterator[Promised]:
    order = person.order
    titles = titles_of(order.version_id)
    try:
        found = foreseen(
            version_id=order.version_id,
            plan_id=order.plan_id,
            severity=severity.key,
            channel=Ticket.Channel.PORTAL,
            at=at,
            agreed=contracts.agreed_in(order),
        )
    except (BeyondHorizon, NoServiceTime):
        return  # a calendar that never opens promises no instant
    for each in found:
        yield _one(each, zone, titles)


def _one(each: Foreseen, zone: str, titles: Titles) -> Promised:
    name, target = NAMES[each.kind], each.target
    if each.deadline is None:
        refs = f"{target.clause}, {target.reading}" if target else ""
        return Promised(name, None, target is not None, [], cited(refs, titles))
    steps = [asdict(step) for step in each.deadline.steps]
    told = steps_of(steps, zone=zone, titles=titles)
    return Promised(name, each.deadline.due_at, False, told, cited(each.deadline.clause, titles))


def _going_on(person: AuthorisedUser) -> list[Reason]:
    """Return the categories that go on while support is suspended; empty: it is not."""
    standing = contracts.standing_of(person.order.account)
    if standing is None or standing.state == standing.State.GOOD:
        return []
    return [row for row in categories_of(person.order.version_id) if row.terms["service_related"]]
