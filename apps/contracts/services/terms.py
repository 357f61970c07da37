"""The rows of a policy file's terms."""

from collections.abc import Callable
from itertools import product
from typing import Any

from apps.contracts.models import Clause, Fee, Plan, PolicyVersion, Reason, Rule, Severity, Target
from apps.contracts.policy_file import PolicyFile
from apps.contracts.policy_file.parts import Cited
from apps.contracts.services.calendars import write_calendars

# A term's part of the file -> the columns that every term has: version, clause, reading.
Basis = Callable[[Cited], dict[str, Any]]


def write_terms(terms: PolicyFile, version: PolicyVersion) -> None:
    """Write every term of the file under a new draft version."""
    clauses = {clause.ref: clause for clause in write_clauses(terms, version)}

    def basis(part: Cited) -> dict[str, Any]:
        reading = clauses[part.reading] if part.reading else None
        return {"version": version, "clause": clauses[part.clause], "reading": reading}

    write_calendars(terms, basis)
    write_severities(terms, basis)
    write_plans(terms, basis)
    write_targets(terms, version, basis)
    write_fees(terms, basis)
    write_rules(terms, basis)
    write_reasons(terms, basis)


def write_clauses(terms: PolicyFile, version: PolicyVersion) -> list[Clause]:
    return Clause.objects.bulk_create(
        Clause(
            version=version,
            ref=clause.ref,
            title=clause.title,
            summary=clause.summary,
            position=position,
        )
        for position, clause in enumerate(terms.clauses, start=1)
    )


def write_severities(terms: PolicyFile, basis: Basis) -> None:
    Severity.objects.bulk_create(
        Severity(
            key=severity.key,
            rank=severity.rank,
            label=severity.label,
            criteria=severity.criteria,
            examples=severity.examples,
            is_incident=severity.incident,
            is_default=severity.default,
            **basis(severity),
        )
        for severity in terms.severities
    )


def write_plans(terms: PolicyFile, basis: Basis) -> None:
    Plan.objects.bulk_create(
        Plan(
            key=plan.key,
            title=plan.title,
            tam_minutes_per_month=plan.tam_hours_per_month * 60,
            features=plan.features,
            **basis(plan),
        )
        for plan in terms.plans
    )


def write_targets(terms: PolicyFile, version: PolicyVersion, basis: Basis) -> None:
    """Write a row for each plan and severity that a target names."""
    plans = {plan.key: plan for plan in version.plans.all()}
    severities = {severity.key: severity for severity in version.severities.all()}
    calendars = {calendar.key: calendar for calendar in version.calendars.all()}
    Target.objects.bulk_create(
        Target(
            plan=plans[plan],
            severity=severities[severity],
            kind=target.kind.upper(),
            channel=target.channel,
            arrival=target.arrival.upper(),
            duration=target.within.duration if target.within else None,
            calendar=calendars[target.calendar] if target.calendar else None,
            **basis(target),
        )
        for target in terms.targets
        for plan, severity in product(target.plans, target.severities)
    )


def write_fees(terms: PolicyFile, basis: Basis) -> None:
    Fee.objects.bulk_create(
        Fee(
            key=fee.key,
            kind=fee.kind,
            title=fee.title,
            terms=_further(fee, "key", "kind", "title"),
            **basis(fee),
        )
        for fee in terms.fees
    )


def write_rules(terms: PolicyFile, basis: Basis) -> None:
    Rule.objects.bulk_create(
        Rule(key=key, terms=_further(rule), **basis(rule))
        for key, rule in terms.rules.stated().items()
    )


def write_reasons(terms: PolicyFile, basis: Basis) -> None:
    Reason.objects.bulk_create(
        Reason(
            kind=kind.upper(),
            key=reason.key,
            label=reason.label,
            position=position,
            terms=_further(reason, "key", "label"),
            **basis(reason),
        )
        for kind, reasons in terms.reasons.kinds().items()
        for position, reason in enumerate(reasons, start=1)
    )


def _further(part: Cited, *columns: str) -> dict[str, Any]:
    """Return the terms that have no column of their own, as JSON; money becomes a string."""
    return part.model_dump(mode="json", exclude={"clause", "reading", *columns})
