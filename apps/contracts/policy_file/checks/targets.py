"""Targets: every plan and severity has its promises, each once."""

from collections.abc import Iterator, Sequence
from itertools import product

from apps.contracts.policy_file.problems import Finding, Path
from apps.contracts.policy_file.terms import PlanPart, SeverityPart, TargetPart

KINDS = ("response", "resolution")


def time_runs_in_a_calendar(targets: Sequence[TargetPart]) -> Iterator[Finding]:
    """A target is an amount of time in a calendar, or a best effort without either."""
    for number, target in enumerate(targets):
        path: Path = ("targets", number)
        if target.best_effort:
            stated = {"within": target.within, "calendar": target.calendar}
            for name in [name for name, value in stated.items() if value is not None]:
                yield Finding((*path, name), "a best effort has no time: take this term away")
        elif target.within is None:
            yield Finding((*path, "within"), "this term is missing: add it, or best_effort = true")
        elif not target.within.duration:
            yield Finding((*path, "within"), "must be longer than nothing")
        if not target.best_effort and target.calendar is None:
            yield Finding(
                (*path, "calendar"), "this term is missing: in whose hours does the time run?"
            )


def promises_are_made_once(targets: Sequence[TargetPart]) -> Iterator[Finding]:
    """Under the same conditions a plan promises one thing for a severity."""
    first: dict[tuple[str, ...], int] = {}
    for number, target in enumerate(targets):
        for plan, severity in product(target.plans, target.severities):
            conditions = (plan, severity, target.kind, target.channel, target.arrival)
            if conditions in first:
                yield Finding(
                    ("targets", number),
                    f'plan "{plan}" has a {target.kind} target for severity "{severity}" '
                    f"under these conditions already, in targets[{first[conditions] + 1}]",
                )
            first.setdefault(conditions, number)


def every_plan_promises_for_every_severity(
    plans: Sequence[PlanPart], severities: Sequence[SeverityPart], targets: Sequence[TargetPart]
) -> Iterator[Finding]:
    """For every plan and severity there is a response and a resolution without conditions."""
    always = {
        (target.kind, plan, severity)
        for target in targets
        if not target.channel and not target.arrival
        for plan, severity in product(target.plans, target.severities)
    }
    served_plans = {plan for _, plan, _ in always}
    served_severities = {severity for _, _, severity in always}
    for number, plan in enumerate(plans):
        if plan.key not in served_plans:
            yield Finding(("plans", number), f'no target holds for plan "{plan.key}"')
            continue
        for severity, kind in product(severities, KINDS):
            # A severity that no plan serves is told of once, below.
            if severity.key in served_severities and (kind, plan.key, severity.key) not in always:
                yield Finding(("plans", number), _nothing_promised(kind, plan, severity))
    for number, severity in enumerate(severities):
        if severity.key not in served_severities:
            yield Finding(("severities", number), f'no target holds for severity "{severity.key}"')


def _nothing_promised(kind: str, plan: PlanPart, severity: SeverityPart) -> str:
    return (
        f'plan "{plan.key}" has no {kind} target without conditions for severity '
        f'"{severity.key}": add one, or one with best_effort = true'
    )
