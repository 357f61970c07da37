"""How soon each severity is answered and solved under an order, and who counts as how bad.

Clause: V-4, V-5, V-7.1, S-5-targets, S-6, S-3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apps.contracts.models import Severity, Target
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.rules.terms import RuleTerm, TargetTerm, Terms
from apps.portal.queries.whys import Titles, cited
from apps.tickets.models import Ticket
from apps.tickets.wording import span


@dataclass(frozen=True, slots=True)
class Promise:
    """So much time of a calendar; "": best effort. ``is_agreed``: in the order, not by its plan."""

    time: str
    calendar: str
    conditions: Sequence[str]
    is_agreed: bool
    clauses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Promised:
    """What a severity is promised; nothing in a list: no time is. ``report`` "": none is owed."""

    severity: Severity
    response: Sequence[Promise]
    resolution: Sequence[Promise]
    report: str


@dataclass(frozen=True, slots=True)
class OffHours:
    """Outside of a calendar only these severities are served as they come; the rest is booked."""

    calendar: str
    served: Sequence[str]
    clauses: Sequence[tuple[str, str]]


def promised_in(terms: Terms, *, version_id: int, titles: Titles) -> list[Promised]:
    """Return what each severity is promised, the worst first. ``terms`` are with what was agreed.

    Clause: V-4, V-5, V-7.1, S-5-targets, S-6.
    """
    reports = _reports(terms.rules.get("reason_for_outage"))
    return [
        Promised(
            severity=severity,
            response=list(_of(terms, Target.Kind.RESPONSE, severity.key, titles)),
            resolution=list(_of(terms, Target.Kind.RESOLUTION, severity.key, titles)),
            report=reports.get(severity.key, ""),
        )
        for severity in catalogue(version_id).severities
    ]


def off_hours_in(terms: Terms, *, titles: Titles) -> OffHours | None:
    """Return what is served outside of standard hours; None: the policy draws no such line.

    Clause: S-3.
    """
    rule = terms.rules.get("off_hours")
    if rule is None:
        return None
    return OffHours(
        calendar=terms.calendars[rule.settings["calendar"]].title,
        served=[terms.severities[key].label for key in rule.settings["served"]],
        clauses=refs_of(rule, titles),
    )


def refs_of(rule: RuleTerm, titles: Titles) -> list[tuple[str, str]]:
    """Return what a rule rests on."""
    return cited(f"{rule.clause}, {rule.reading}", titles)


def _of(terms: Terms, kind: str, severity: str, titles: Titles) -> Iterator[Promise]:
    for target in terms.targets:
        if (target.kind, target.severity) == (kind, severity):
            yield _one(target, titles)


def _one(target: TargetTerm, titles: Titles) -> Promise:
    channel = [str(Ticket.Channel(target.channel).label)] if target.channel else []
    arrival = [str(Target.Arrival(target.arrival).label)] if target.arrival else []
    return Promise(
        time=span(target.duration) if target.duration else "",
        calendar=target.calendar,
        conditions=[*channel, *arrival],
        is_agreed=target.agreed_in != "",
        clauses=cited(f"{target.clause}, {target.reading}", titles),
    )


def _reports(rule: RuleTerm | None) -> Mapping[str, str]:
    if rule is None:
        return {}
    owed = rule.settings["owed"]
    return {each["severity"]: span(timedelta(**each["within"])) for each in owed}
