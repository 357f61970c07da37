"""The rules: their ladders climb and their steps lead down."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from apps.contracts.policy_file.parts import Hours
from apps.contracts.policy_file.problems import Finding, Path
from apps.contracts.policy_file.rules import Rules, Rung
from apps.contracts.policy_file.terms import SeverityPart

STANDINGS = ("SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED")  # the milder one first


def percentages_ascend(rules: Rules) -> Iterator[Finding]:
    """Warnings come one after the other."""
    lists: list[tuple[Path, list[int]]] = []
    if rules.reason_for_outage:
        path: Path = ("rules", "reason_for_outage", "remind_at_percent")
        lists.append((path, rules.reason_for_outage.remind_at_percent))
    if rules.account_manager:
        path = ("rules", "account_manager", "warn_at_percent")
        lists.append((path, rules.account_manager.warn_at_percent))
    for path, percents in lists:
        if any(later <= earlier for earlier, later in pairwise(percents)):
            yield Finding(path, "percentages must ascend")


def waits_are_longer_than_nothing(rules: Rules) -> Iterator[Finding]:
    """A time that is granted is not zero."""
    waits: list[tuple[Path, Hours | None]] = []
    if rules.closure_confirmation:
        path: Path = ("rules", "closure_confirmation", "within")
        waits.append((path, rules.closure_confirmation.within))
    if rules.reason_for_outage:
        for index, report in enumerate(rules.reason_for_outage.owed):
            waits.append((("rules", "reason_for_outage", "owed", index, "within"), report.within))
    if rules.escalation:
        waits.append((("rules", "escalation", "climb_after"), rules.escalation.climb_after))
    for path, wait in waits:
        if wait is not None and not wait.duration:
            yield Finding(path, "must be longer than nothing")


def outage_reports_are_owed_once(rules: Rules) -> Iterator[Finding]:
    """A severity owes one report."""
    seen = set()
    for index, report in enumerate(rules.reason_for_outage.owed if rules.reason_for_outage else []):
        if report.severity in seen:
            path = ("rules", "reason_for_outage", "owed", index, "severity")
            yield Finding(path, f'severity "{report.severity}" is listed already')
        seen.add(report.severity)


def steps_lead_down(rules: Rules, severities: Sequence[SeverityPart]) -> Iterator[Finding]:
    """Each step lowers the severity, so that the steps end; no severity has two."""
    ranks = {severity.key: severity.rank for severity in severities}
    seen = set()
    for index, step in enumerate(rules.step_down.steps if rules.step_down else []):
        path = ("rules", "step_down", "steps", index)
        for severity in step.severities:
            if severity in seen:
                yield Finding((*path, "severities"), f'severity "{severity}" has a step already')
            seen.add(severity)
            # A severity that the file does not have is told of elsewhere.
            if {severity, step.to} <= ranks.keys() and ranks[step.to] <= ranks[severity]:
                yield Finding(
                    (*path, "to"),
                    f'a step must lower the severity, but "{step.to}" is not below "{severity}"',
                )


def rungs_ascend(rules: Rules) -> Iterator[Finding]:
    """Each rung has one comparison; later rungs of the ladder begin later and are harder."""
    rungs = rules.delinquency.rungs if rules.delinquency else []
    for index, rung in enumerate(rungs):
        if rung.first_day is None:
            at = ("rules", "delinquency", "rungs", index, "from_days")
            yield Finding(at, "give either from_days or more_than_days")
    for index, (milder, harder) in enumerate(pairwise(rungs), start=1):
        path = ("rules", "delinquency", "rungs", index)
        if milder.first_day and harder.first_day and harder.first_day <= milder.first_day:
            key = "from_days" if harder.more_than_days is None else "more_than_days"
            text = f"must be more than the {_stated(milder)} of the rung before"
            yield Finding((*path, key), text)
        if STANDINGS.index(harder.standing) <= STANDINGS.index(milder.standing):
            text = f"must be harder than the {milder.standing} of the rung before"
            yield Finding((*path, "standing"), text)


def _stated(rung: Rung) -> str:
    """Return a rung's comparison as its file has it; the bare figure where it is from_days."""
    if rung.more_than_days is None:
        return str(rung.from_days)
    return f"more_than_days = {rung.more_than_days}"
