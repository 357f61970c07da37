"""Each list names its entries once, and severities are ranked."""

from collections.abc import Iterator, Sequence

from apps.contracts.policy_file.problems import Finding, Path
from apps.contracts.policy_file.terms import (
    CalendarPart,
    ClausePart,
    FeePart,
    PlanPart,
    ReasonsPart,
    SeverityPart,
)


def keys_are_unique(
    clauses: Sequence[ClausePart],
    calendars: Sequence[CalendarPart],
    severities: Sequence[SeverityPart],
    plans: Sequence[PlanPart],
    fees: Sequence[FeePart],
) -> Iterator[Finding]:
    """No two entries of a list have the same key; no two clauses the same ref."""
    yield from _repeated([clause.ref for clause in clauses], ("clauses",), "ref")
    yield from _repeated([calendar.key for calendar in calendars], ("calendars",), "key")
    yield from _repeated([severity.key for severity in severities], ("severities",), "key")
    yield from _repeated([plan.key for plan in plans], ("plans",), "key")
    yield from _repeated([fee.key for fee in fees], ("fees",), "key")


def reasons_are_unique(reasons: ReasonsPart) -> Iterator[Finding]:
    """No two reasons of a kind have the same key."""
    for kind, entries in reasons.kinds().items():
        yield from _repeated([entry.key for entry in entries], ("reasons", kind), "key")


def one_reason_upholds_a_dispute(reasons: ReasonsPart) -> Iterator[Finding]:
    """At most one reason is that of an upheld dispute, and it can raise a severity too."""
    path = ("reasons", "severity_change")
    marked = [
        (number, reason)
        for number, reason in enumerate(reasons.severity_change)
        if reason.upholds_dispute
    ]
    for number, reason in marked:
        if reason.lowers_only:
            yield Finding(
                (*path, number, "upholds_dispute"),
                "a client may dispute upwards: a reason that lowers_only cannot uphold it",
            )
    for number, _ in marked[1:]:
        text = f'"{marked[0][1].key}" upholds disputes already'
        yield Finding((*path, number, "upholds_dispute"), text)


def ranks_run_from_one(severities: Sequence[SeverityPart]) -> Iterator[Finding]:
    """Ranks are 1, 2, 3 … without a gap; 1 is the worst."""
    yield from _repeated([severity.rank for severity in severities], ("severities",), "rank")
    ranks = {severity.rank for severity in severities}
    missing = [str(rank) for rank in range(1, max(ranks)) if rank not in ranks]
    if missing:
        yield Finding(
            ("severities",), f"ranks run 1, 2, 3 … without a gap; missing: {', '.join(missing)}"
        )


def one_severity_is_the_default(severities: Sequence[SeverityPart]) -> Iterator[Finding]:
    """Exactly one severity is what a request gets until somebody has looked."""
    numbers = [number for number, severity in enumerate(severities) if severity.default]
    if not numbers:
        yield Finding(("severities",), "one severity needs default = true")
    for number in numbers[1:]:
        first = severities[numbers[0]].key
        yield Finding(("severities", number, "default"), f'"{first}" is the default already')


def _repeated(values: Sequence[str | int], path: Path, name: str) -> Iterator[Finding]:
    first: dict[str | int, int] = {}
    for number, value in enumerate(values):
        if value in first:
            text = f'"{value}" is also the {name} of {path[-1]}[{first[value] + 1}]'
            yield Finding((*path, number, name), text)
        first.setdefault(value, number)
