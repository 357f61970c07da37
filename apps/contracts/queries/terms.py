"""The terms of a policy version, as the rules take them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from apps.contracts.models import AgreedTarget, Order, PolicyVersion, Rule, Severity
from apps.contracts.queries.kept import Kept
from apps.contracts.rules.terms import CalendarTerm, RuleTerm, SeverityTerm, TargetTerm, Terms

OF_SEVERITY = [
    "version_id",
    "version__warn_at_percent",
    "version__time_zone",
    "version__standard_calendar",
    "key",
    "rank",
    "label",
    "is_incident",
    "pk",
    "is_default",
]
OF_TARGET = [
    f"target__{name}"
    for name in [
        "plan_id",
        "kind",
        "duration",
        "calendar_id",
        "calendar__title",
        "clause__ref",
        "reading__ref",
        "channel",
        "arrival",
    ]
]

Pair = tuple[int, int]  # keys of a policy version and of one of its plans


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


def terms_of(pairs: Collection[Pair]) -> Mapping[Pair, Terms]:
    """Return what each plan of a version promises, by the keys of version and plan.

    Those of published versions that this process does not know yet take two queries together.

    Clause: V-2-order.
    """
    found = _published.of(pairs)
    missing = set(pairs) - found.keys()
    return {**found, **_read(missing, PolicyVersion.State.DRAFT)} if missing else found


def _of_plan(version_id: int, plan_id: int) -> Terms:
    pair = (version_id, plan_id)
    try:
        return terms_of([pair])[pair]
    except KeyError:
        raise PolicyVersion.DoesNotExist(version_id) from None


def _read(pairs: Collection[Pair], state: str = PolicyVersion.State.PUBLISHED) -> dict[Pair, Terms]:
    """Read the terms of versions in a state: severities with targets, then rules and calendars."""
    severities: dict[int, dict[str, SeverityTerm]] = defaultdict(dict)
    targets: dict[int, list[TargetTerm]] = defaultdict(list)
    facts: dict[int, tuple[int, str]] = {}
    standard: dict[int, str] = {}
    for row in _severities(pairs, state).values(*OF_SEVERITY, *OF_TARGET):
        version = row["version_id"]
        facts[version] = row["version__warn_at_percent"], row["version__time_zone"]
        standard[version] = row["version__standard_calendar"]
        severities[version][row["key"]] = SeverityTerm(
            *(row[name] for name in ("key", "rank", "label", "is_incident", "pk", "is_default"))
        )
        if row["target__kind"] is not None:
            targets[row["target__plan_id"]].append(_target(row))
    rules, calendars = _rules(facts) if facts else ({}, {})
    return {
        (pk, plan): Terms(
            *(severities[pk], tuple(targets[plan]), rules[pk], *facts[pk], calendars[pk]),
            standard[pk],
        )
        for pk, plan in pairs
        if pk in facts
    }


def _severities(pairs: Collection[Pair], state: str) -> QuerySet[Severity]:
    """Return the severities of versions, the worst first, once for each target of the plans."""
    of_plans = Q(targets__plan__in={plan for _, plan in pairs})
    rows = Severity.objects.filter(
        version__in={version for version, _ in pairs}, version__state=state
    )
    # A severity without a target of these plans is there too, with None for its kind.
    joined = rows.annotate(target=FilteredRelation("targets", condition=of_plans))
    return joined.order_by("version", "rank", "target__kind", "target__pk")


def _target(row: Mapping[str, Any]) -> TargetTerm:
    return TargetTerm(
        kind=row["target__kind"],
        severity=row["key"],
        duration=row["target__duration"],
        calendar_id=row["target__calendar_id"],
        calendar=row["target__calendar__title"] or "",
        clause=row["target__clause__ref"],
        reading=row["target__reading__ref"] or "",
        channel=row["target__channel"],
        arrival=row["target__arrival"],
    )


def _rules(
    versions: Iterable[int],
) -> tuple[Mapping[int, dict[str, RuleTerm]], Mapping[int, dict[str, CalendarTerm]]]:
    """Return version -> its rules, and version -> its calendars, in one query: both are few."""
    rules: dict[int, dict[str, RuleTerm]] = defaultdict(dict)
    calendars: dict[int, dict[str, CalendarTerm]] = defaultdict(dict)
    rows = Rule.objects.filter(version__in=versions).values_list(
        *("version_id", "key", "clause__ref", "reading__ref", "terms"),
        *(f"version__calendars__{name}" for name in ("key", "pk", "title")),
    )
    for version, key, clause, reading, settings, *calendar in rows:
        rules[version][key] = RuleTerm(clause, reading or "", settings)
        calendars[version][calendar[0]] = CalendarTerm(*calendar[1:])
    return rules, calendars


_published: Kept[Pair, Terms] = Kept(most=256, read=_read)
