"""What endpoints of webhooks are told, as it is sent: numbers, states and links."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ninja import Field, Schema

Suspended = Literal["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"]
Standing = Literal["GOOD", Suspended]


class ToldShape(Schema):
    """What happened to whatever `url` leads to: in the API, or for notices in the portal."""

    url: str


class TicketTold(ToldShape):
    """Something of a ticket."""

    ticket: int
    number: str


class TicketRegisteredTold(TicketTold):
    """A ticket that is there."""

    channel: str = Field(description="By which way it came, such as “EMAIL”; more may come.")
    severity: str = Field(description="The severity's key.")


class TicketMovedTold(TicketTold):
    """A ticket whose status, or whose severity, is another: states, or keys of severities."""

    before: str = Field(alias="from")
    to: str


class DeadlineTold(TicketTold):
    """A deadline of a ticket."""

    deadline: Literal["RESPONSE", "RESOLUTION", "RFO"]
    due_at: datetime | None


class StandingTold(ToldShape):
    """The account's standing, and the clause that it rests on."""

    account: int
    before: Standing = Field(alias="from")
    to: Standing
    clause: str


class StandingAheadTold(ToldShape):
    """A suspension that comes, and the clause that it rests on."""

    account: int
    to: Suspended
    starts_on: date = Field(
        description="Unless what is overdue is paid, disputed or spared before that day."
    )
    clause: str


class DocumentTold(ToldShape):
    """An invoice or a credit note. The total is a decimal number, written as text."""

    number: str
    kind: Literal["INVOICE", "CREDIT_NOTE"]
    issued_on: date
    due_on: date
    total: Decimal
    currency: str


class ReasonForOutageTold(ToldShape):
    """A Reason for Outage."""

    kind: Literal["REASON_FOR_OUTAGE"]
    number: str
    revision: int
    is_preliminary: bool


class MaintenanceTold(ToldShape):
    """A maintenance, or what is new of it."""

    kind: Literal["MAINTENANCE"]
    number: str
    sequence: int
    state: str
    starts_at: datetime
    ends_at: datetime


class GapAnalysisTold(ToldShape):
    """A GAP analysis, in a version."""

    kind: Literal["GAP_ANALYSIS"]
    number: str
    order: str
    version: int


class ReleaseTold(ToldShape):
    """A release."""

    kind: Literal["RELEASE"]
    released_on: date


class TamTold(ToldShape):
    """Who serves an order as its TAM, from a day on: the first, a successor, or not after all."""

    kind: Literal["TAM"]
    order: str
    state: Literal["ASSIGNED", "REPLACED", "WITHDRAWN"]
    starts_on: date
    has_tam: bool = Field(description="False: nobody follows.")


class TestTold(Schema):
    """Nothing: somebody tries whether it arrives."""

    endpoint: int
    message: str


# Type of event -> what its `data` is: one of these.
TOLD: dict[str, tuple[type[Schema], ...]] = {
    "ticket.registered": (TicketRegisteredTold,),
    "ticket.replied": (TicketTold,),
    "ticket.client_replied": (TicketTold,),
    "ticket.status_changed": (TicketMovedTold,),
    "ticket.severity_changed": (TicketMovedTold,),
    "ticket.escalated": (TicketTold,),
    "ticket.closed": (TicketTold,),
    "deadline.approaching": (DeadlineTold,),
    "deadline.missed": (DeadlineTold,),
    "deadline.met": (DeadlineTold,),
    "standing.approaching": (StandingAheadTold,),
    "standing.changed": (StandingTold,),
    "invoice.issued": (DocumentTold,),
    "credit_note.issued": (DocumentTold,),
    "notice.issued": (
        ReasonForOutageTold,
        MaintenanceTold,
        GapAnalysisTold,
        ReleaseTold,
        TamTold,
    ),
    "webhook.test": (TestTold,),
}
