"""What the page of a policy version shows: all of its terms, each with its clause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from apps.contracts.admin import words
from apps.contracts.admin.settings_in_words import Names, Setting, settings_of
from apps.contracts.models import (
    Calendar,
    CalendarRevision,
    Fee,
    Plan,
    PolicyVersion,
    Reason,
    Rule,
    Severity,
    Target,
    Window,
)

NEXT_HOLIDAYS = 6


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One severity's promises of a kind, plan by plan."""

    severity: Severity
    cells: Sequence[Sequence[tuple[Target, str, str]]]  # target, its time in words, conditions


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar with the revision in force, its week and the holidays to come."""

    calendar: Calendar
    revision: CalendarRevision
    week: Sequence[tuple[str, str]]
    holidays: Sequence[str]
    holidays_left: int


def page_of(version: PolicyVersion, *, on: date) -> dict[str, Any]:
    """Return the page's context. ``on`` is the day from which holidays are to come."""
    names = Names.of(version)
    plans = list(version.plans.select_related("clause", "reading"))
    return {
        "clauses": names.clauses.values(),
        "standard_hours": names.keys["calendars"][version.standard_calendar],
        "severities": list(version.severities.select_related("clause", "reading")),
        "plans": [(plan, _features(plan)) for plan in plans],
        "plan_list": plans,
        "targets": list(target_matrix(version, plans)),
        "calendars": [hours_of(calendar, on=on) for calendar in _calendars(version)],
        "fees": [(fee, words.KINDS[fee.kind], _fee(fee, version, names)) for fee in _fees(version)],
        "rules": [(rule, list(settings_of(rule.terms, names))) for rule in _rules(version)],
        "reasons": list(_reasons(version, names)),
    }


def target_matrix(
    version: PolicyVersion, plans: Sequence[Plan]
) -> Sequence[tuple[str, Sequence[TargetRow]]]:
    """Return kind -> rows of severities by plans; a cell holds the targets under all conditions."""
    cells: dict[tuple[str, int, int], list[tuple[Target, str, str]]] = {}
    targets = version.targets.select_related("clause", "reading", "calendar")
    for target in targets.order_by("channel", "arrival", "pk"):
        key = target.kind, target.severity_id, target.plan_id
        cells.setdefault(key, []).append((target, _time(target), _conditions(target)))
    severities = list(version.severities.all())
    return [
        (
            name,
            [
                TargetRow(row, [cells.get((kind, row.pk, plan.pk), []) for plan in plans])
                for row in severities
            ],
        )
        for kind, name in Target.Kind.choices
    ]


def hours_of(calendar: Calendar, *, on: date) -> Hours:
    """Return a calendar's newest published revision (of a draft: its newest) as it is shown."""
    revisions = sorted(
        calendar.revisions.all(), key=lambda row: (row.published_at is not None, row.number)
    )
    revision = revisions[-1]
    coming = revision.holidays.filter(on__gte=on).order_by("on")
    return Hours(
        calendar=calendar,
        revision=revision,
        week=week_of(revision),
        holidays=[_holiday(day) for day in coming[:NEXT_HOLIDAYS]],
        holidays_left=max(0, coming.count() - NEXT_HOLIDAYS),
    )


def week_of(revision: CalendarRevision) -> Sequence[tuple[str, str]]:
    """Return weekday -> its windows, such as 08:00 to 20:00; closed days say so."""
    if revision.always_open:
        return [("Every day", "24 hours")]
    windows: dict[int, list[str]] = {}
    for window in revision.windows.all():
        windows.setdefault(window.weekday, []).append(_window(window))
    return [
        (name, ", ".join(windows.get(number, [])) or "closed")
        for number, name in Window.Weekday.choices
    ]


def _window(window: Window) -> str:
    over_midnight = " the next day" if window.closes <= window.opens else ""
    return f"{window.opens:%H:%M} to {window.closes:%H:%M}{over_midnight}"


def _holiday(day: Any) -> str:
    hours = f"open {day.opens:%H:%M} to {day.closes:%H:%M}" if day.opens else "closed"
    return f"{day.on:%a} {day.on.day} {day.on:%b %Y}: {day.name} ({hours})"


def _time(target: Target) -> str:
    return words.length(target.duration) if target.duration else "best effort"


def _conditions(target: Target) -> str:
    arrival = target.get_arrival_display().lower() if target.arrival else ""
    channel = f"by {target.channel.lower()}" if target.channel else ""
    return ", ".join(filter(None, [channel, arrival]))


def _features(plan: Plan) -> Sequence[tuple[str, str]]:
    tam = plan.tam_minutes_per_month // 60
    rows = [("TAM hours a month", f"{tam}")] if tam else []
    for key, promised in sorted(plan.features.items()):
        name = key.replace("_", " ").capitalize().replace("Tam", "TAM").replace("Gap", "GAP")
        rows.append((name, words.value(key, promised)))
    return rows


def _calendars(version: PolicyVersion) -> QuerySet[Calendar]:
    return version.calendars.select_related("clause", "reading").prefetch_related("revisions")


def _fees(version: PolicyVersion) -> QuerySet[Fee]:
    return version.fees.select_related("clause", "reading")


def _fee(row: Fee, version: PolicyVersion, names: Names) -> Sequence[str]:
    return words.fee(row, currency=version.currency, calendars=names.keys["calendars"])


def _rules(version: PolicyVersion) -> QuerySet[Rule]:
    return version.rules.select_related("clause", "reading")


def _reasons(
    version: PolicyVersion, names: Names
) -> Sequence[tuple[str, Sequence[tuple[Reason, Sequence[Setting]]]]]:
    """Return list -> its entries, each with what else it says (only what is so)."""
    lists: dict[str, list[tuple[Reason, Sequence[Setting]]]] = {}
    for reason in version.reasons.select_related("clause", "reading").order_by("position"):
        facts = {name: fact for name, fact in reason.terms.items() if fact not in (False, None)}
        lists.setdefault(reason.kind, []).append((reason, list(settings_of(facts, names))))
    return [(name, lists[kind]) for kind, name in Reason.Kind.choices if kind in lists]
