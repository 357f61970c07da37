"""The terms of a policy version, as the rules take them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from apps.contracts.models import AgreedTarget, Order, PolicyVersion, Rule, Severity, Target
from apps.contracts.rules.terms import RuleTerm, SeverityTerm, TargetTerm, Terms


class NotPublished(LookupError):
    """A draft has no terms that anybody could rely on."""


def terms(*, version_id: int, plan_id: int, agreed: Sequence[Mapping[str, Any]] = ()) -> Terms:
    """Return what a plan of a version promises, with what an order agreed on top.

    ``agreed`` is what ``agreed_in`` returned and a ticket has pinned. Published terms never change,
    so they are read once a process; a draft's are read each time.

    Clause: V-2-order, V-5.
    """
    return _of_plan(version_id, plan_id).with_agreed([_unpinned(row) for row in agreed])


def agreed_in(order: Order) -> list[dict[str, Any]]:
    """Return the targets that an order sets itself, as plain JSON for a ticket to pin.

    Clause: V-2-order, V-5.
    """
    rows = AgreedTarget.objects.filter(order=order).select_related("severity", "calendar")
    of_plan = _of_plan(order.version_id, order.plan_id)
    return [
        {
            "kind": row.kind,
            "severity": row.severity.key,
            "seconds": int(row.duration.total_seconds()),
            "calendar_id": row.calendar_id,
            "calendar": row.calendar.title,
            "clause": of_plan.clause_of(kind=row.kind, severity=row.severity.key),
            "order": order.number,
        }
        for row in rows
    ]


def _unpinned(row: Mapping[str, Any]) -> TargetTerm:
    return TargetTerm(
        kind=row["kind"],
        severity=row["severity"],
        duration=timedelta(seconds=row["seconds"]),
        calendar_id=row["calendar_id"],
        calendar=row["calendar"],
        clause=row["clause"],
        agreed_in=row["order"],
    )


def _of_plan(version_id: int, plan_id: int) -> Terms:
    try:
        return _published(version_id, plan_id)
    except NotPublished:
        return _read(PolicyVersion.objects.get(pk=version_id), plan_id)


@lru_cache(maxsize=256)
def _published(version_id: int, plan_id: int) -> Terms:
    version = PolicyVersion.objects.get(pk=version_id)
    if version.state != PolicyVersion.State.PUBLISHED:
        raise NotPublished(version)  # an exception is not cached
    return _read(version, plan_id)


def _read(version: PolicyVersion, plan_id: int) -> Terms:
    severities = {
        row.key: SeverityTerm(row.key, row.rank, row.label, row.is_incident)
        for row in Severity.objects.filter(version=version)
    }
    return Terms(
        severities=severities,
        targets=_targets(plan_id),
        rules=_rules(version),
        warn_at_percent=version.warn_at_percent,
        time_zone=version.time_zone,
    )


def _targets(plan_id: int) -> tuple[TargetTerm, ...]:
    rows = Target.objects.filter(plan_id=plan_id).select_related(
        "severity", "calendar", "clause", "reading"
    )
    return tuple(
        TargetTerm(
            kind=row.kind,
            severity=row.severity.key,
            duration=row.duration,
            calendar_id=row.calendar_id,
            calendar=row.calendar.title if row.calendar else "",
            clause=row.clause.ref,
            reading=row.reading.ref if row.reading else "",
            channel=row.channel,
            arrival=row.arrival,
        )
        for row in rows
    )


def _rules(version: PolicyVersion) -> Mapping[str, RuleTerm]:
    rows = Rule.objects.filter(version=version).select_related("clause", "reading")
    return {
        row.key: RuleTerm(
            clause=row.clause.ref,
            reading=row.reading.ref if row.reading else "",
            settings=row.terms,
        )
        for row in rows
    }
