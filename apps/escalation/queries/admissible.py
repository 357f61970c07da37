"""Whether an escalation would be admissible, and who would be asked: read from order and policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.contracts import queries as contracts
from apps.contracts.models import EscalationRung, Order, Reason
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.rules.terms import RuleTerm
from apps.escalation.rules.admission import Admission, Asked, Ground, Path, Promise, admission
from apps.outbox.rules.address import is_plain_address
from apps.tickets.models import Deadline, Ticket
from apps.tickets.rules.promise import length

LONGEST_TITLE, LONGEST_PHONE = 120, 40  # characters; a policy's own path has no bounds


@dataclass(frozen=True, slots=True)
class Terms:
    """What policy and order say of escalations: the rule's ``path``, who is asked, how long.

    ``rungs`` are title, email and phone of each; ``climb_after`` None: nobody is told by itself.
    """

    path: Path
    rungs: Sequence[Mapping[str, str]]
    climb_after: timedelta | None
    grounds: Mapping[str, Reason]


def escalation_terms(order: Order, *, ticket: Ticket | None) -> Terms | None:
    """Return what holds for an escalation of a ticket, or of none; None: the policy has no path.

    A ticket is escalated under the policy that it was registered under. The order's own matrix
    comes before the policy's path. Who cannot be written to is left out.

    Clause: V-9.2, S-7, V-2-order.
    """
    version_id = ticket.version_id if ticket else order.version_id
    plan_id = ticket.plan_id if ticket else order.plan_id
    rules = contracts.terms(version_id=version_id, plan_id=plan_id).rules
    rule = rules.get("escalation")
    if rule is None:
        return None
    grounds = grounds_of(version_id)
    climb_after = rule.settings.get("climb_after")
    return Terms(
        path=_path(rule, rules.get("installs"), list(grounds.values())),
        rungs=_rungs(order) or _written(rule.settings["path"]),
        climb_after=length(climb_after) if climb_after else None,
        grounds=grounds,
    )


def grounds_of(version_id: int) -> dict[str, Reason]:
    """Return key -> ground of a policy version, in the policy's order.

    Clause: V-9.1, S-7.
    """
    kind = Reason.Kind.ESCALATION_GROUND
    return {row.key: row for row in catalogue(version_id).reasons if row.kind == kind}


def admission_of(
    terms: Terms,
    *,
    ticket: Ticket | None,
    ground: Reason | None,
    at: datetime,
    is_disconnection: bool = False,
    promises: Sequence[Promise] | None = None,
) -> Admission:
    """Return whether an escalation is admissible at an instant, with the ticket's own figures.

    ``promises`` are the ticket's, where somebody has read them already.

    Clause: V-9.1, V-9.2, S-2.1.
    """
    asked = Asked(
        ticket=ticket.number if ticket else "",
        ground=_ground(ground) if ground else None,
        at=at,
        is_disconnection=is_disconnection or (ticket is not None and was_disconnection(ticket)),
    )
    if promises is None:
        promises = promises_on(ticket) if ticket else []
    return admission(asked, path=terms.path, promises=promises)


def was_disconnection(ticket: Ticket) -> bool:
    """Tell whether the ticket was registered as a cut at a third party during a new install.

    Clause: S-2.1.
    """
    return bool(ticket.entitled.get("is_disconnection"))


def _path(rule: RuleTerm, installs: RuleTerm | None, grounds: Sequence[Reason]) -> Path:
    is_no_outage = installs is not None and not installs.settings["disconnection_is_outage"]
    return Path(
        clause=rule.clause,
        needs=rule.settings.get("needs", []),
        grounds=[_ground(row) for row in grounds],
        refuses_untrue=rule.settings.get("on_untrue") == "refuse",
        disconnection_clause=installs.clause if installs and is_no_outage else "",
    )


def _ground(row: Reason) -> Ground:
    return Ground(row.key, row.label, row.clause.ref, row.terms.get("shown_by", ""))


def _rungs(order: Order) -> list[dict[str, str]]:
    rows = EscalationRung.objects.filter(order=order).order_by("position")
    return _written(rows.values("title", "email", "phone"))


def _written(rungs: Any) -> list[dict[str, str]]:
    return [
        {
            "title": rung["title"][:LONGEST_TITLE],
            "email": rung["email"],
            "phone": rung["phone"][:LONGEST_PHONE],
        }
        for rung in rungs
        if is_plain_address(rung["email"])
    ]


def promises_on(ticket: Ticket) -> list[Promise]:
    """Return a ticket's deadlines as they stand, for several grounds at once.

    Clause: V-9.1.
    """
    rows = Deadline.objects.filter(ticket=ticket).order_by("serial", "pk")
    return [
        Promise(
            kind=row.kind,
            clause=row.clause,
            is_missed=row.state == Deadline.Verdict.MISSED,
            due_at=row.due_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]
