"""The lists of a policy file: clauses, calendars, severities, plans, targets, fees, reasons."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from apps.contracts.policy_file.parts import (
    Cited,
    HolidaysPart,
    Hours,
    Key,
    Money,
    Part,
    Text,
    WindowPart,
)

Channel = Literal["EMAIL", "PHONE", "PORTAL", "TAM", "CHAT", "MONITORING", "API"]
Minutes = Annotated[int, Field(ge=0, le=10_000_000)]


class ClausePart(Part):
    ref: Annotated[str, StringConstraints(pattern=r"^[A-Z]+-[A-Za-z0-9.-]+$", max_length=40)]
    title: Annotated[Text, StringConstraints(max_length=120)]
    summary: Text


class CalendarPart(Cited):
    key: Key
    title: Annotated[Text, StringConstraints(max_length=120)]
    time_zone: str
    always_open: bool = False
    windows: list[WindowPart] = []
    holidays: HolidaysPart = HolidaysPart()


class SeverityPart(Cited):
    key: Key
    rank: Annotated[int, Field(ge=1, le=100)]
    label: Annotated[Text, StringConstraints(max_length=40)]
    incident: bool
    default: bool = False
    criteria: Text
    examples: list[Text] = []


class PlanPart(Cited):
    key: Key
    title: Annotated[Text, StringConstraints(max_length=80)]
    tam_hours_per_month: Annotated[int, Field(ge=0, le=10_000)] = 0
    features: dict[Key, bool | Text] = {}


class TargetPart(Cited):
    """A promise in time for each named plan and severity; `best_effort` promises no instant."""

    kind: Literal["response", "resolution"]
    plans: Annotated[list[Key], Field(min_length=1, max_length=100)]
    severities: Annotated[list[Key], Field(min_length=1, max_length=100)]
    channel: Literal[Channel, ""] = ""
    arrival: Literal["", "inside", "outside"] = ""
    within: Hours | None = None
    calendar: Key | None = None
    best_effort: bool = False


class FeePart(Cited):
    key: Key
    title: Annotated[Text, StringConstraints(max_length=120)]


Worked = Literal["support", "engineering"]
Kinds = Annotated[list[Worked], Field(min_length=1, max_length=2)]


class HourlyFee(FeePart):
    """By the hour; `counts` names the kinds of time that count."""

    kind: Literal["hourly"]
    hourly_amount: Money
    minimum_minutes: Minutes
    increment_minutes: Annotated[int, Field(ge=1, le=1440)]
    outside_calendar: Key | None = None
    after_fault_finding: bool = False
    counts: Kinds = ["support", "engineering"]


class Tier(Part):
    """From `from_minutes` to `to_minutes`, both included, the event costs `amount`."""

    from_minutes: Minutes
    to_minutes: Minutes
    amount: Money


class TieredFee(FeePart):
    kind: Literal["tiers"]
    tiers: Annotated[list[Tier], Field(min_length=1)]
    over_last_tier: Literal["quote"]
    over_last_tier_reading: Text = ""
    counts: Kinds = ["support", "engineering"]


class FreeFee(FeePart):
    kind: Literal["free"]


class OrderFee(FeePart):
    """The plan's own fee, agreed per order: when it is billed, in which periods, by which days."""

    kind: Literal["per_order"]
    billed: Literal["in_advance", "in_arrears"] = "in_advance"
    periods: Literal["from_start", "calendar"] = "from_start"
    pro_rata: Literal["daily", "none"] = "daily"


class AllowanceFee(FeePart):
    """Hours that the plan includes; nothing is charged for them."""

    kind: Literal["allowance"]
    of: Literal["tam_hours_per_month"]
    over: Literal["redirect"]


Fee = Annotated[
    HourlyFee | TieredFee | FreeFee | OrderFee | AllowanceFee, Field(discriminator="kind")
]


class ReasonPart(Cited):
    key: Key
    label: Annotated[Text, StringConstraints(max_length=160)]


class ClosingReason(ReasonPart):
    """`excluded` closes as work that the policy does not cover."""

    excluded: bool = False


class SeverityChangeReason(ReasonPart):
    """`upholds_dispute`: the reason that a change carries when a client's dispute is upheld."""

    lowers_only: bool = False
    misclassified: bool = False
    upholds_dispute: bool = False


class EscalationGround(ReasonPart):
    """`shown_by` names the fact of the ticket that proves the ground; empty: it is a judgement."""

    shown_by: Literal["", "response_missed", "resolution_missed"] = ""


class Category(ReasonPart):
    service_related: bool
    fee: Key | None = None


class ReasonsPart(Part):
    closing: Annotated[list[ClosingReason], Field(min_length=1)]
    severity_change: Annotated[list[SeverityChangeReason], Field(min_length=1)]
    exclusion: list[ReasonPart] = []
    covered_work: list[ReasonPart] = []
    escalation_ground: list[EscalationGround] = []
    category: list[Category] = []

    def kinds(self) -> dict[str, list[Any]]:
        """Return kind -> entries, in the file's order."""
        return {name: list(getattr(self, name)) for name in type(self).model_fields}
