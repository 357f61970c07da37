"""The whole of a policy file."""

from typing import Annotated

from pydantic import Field, StringConstraints

from apps.contracts.policy_file.parts import Key, OnDate, Part, Text
from apps.contracts.policy_file.rules import Rules
from apps.contracts.policy_file.terms import (
    CalendarPart,
    ClausePart,
    Fee,
    PlanPart,
    ReasonsPart,
    SeverityPart,
    TargetPart,
)


class PolicyPart(Part):
    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
    provider: Annotated[Text, StringConstraints(max_length=120)]
    title: Annotated[Text, StringConstraints(max_length=200)]
    dated_on: OnDate
    time_zone: str
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    support_address: Annotated[
        str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)
    ]
    standard_calendar: Key
    warn_at_percent: Annotated[int, Field(ge=1, le=99)]


class PolicyFile(Part):
    policy: PolicyPart
    clauses: Annotated[list[ClausePart], Field(min_length=1)]
    calendars: Annotated[list[CalendarPart], Field(min_length=1)]
    severities: Annotated[list[SeverityPart], Field(min_length=1, max_length=100)]
    plans: Annotated[list[PlanPart], Field(min_length=1, max_length=100)]
    targets: Annotated[list[TargetPart], Field(min_length=1, max_length=500)]
    fees: list[Fee] = []
    reasons: ReasonsPart
    rules: Rules

    @property
    def language(self) -> str:
        """The language of service, as a language tag."""
        return self.rules.language.tag if self.rules.language else "en"
