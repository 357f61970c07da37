"""What endpoints of webhooks are told, as it is sent: numbers, states and links."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from ninja import Schema

from apps.api.shapes.parts import AMOUNT, AT, NUMBER, part

Suspended = Literal["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"]
Standing = Literal["GOOD", Suspended]


HOST = "https://support.example.com"


def leads_to(path: str) -> Any:
    """Return the part that says where something is read, with an example."""
    return part("Where it is read: in the API; of notices, in the portal.", f"{HOST}{path}")


class ToldShape(Schema):
    """What happened to something that there is to read."""

    url: str = leads_to("/api/v1/tickets/12")


class TicketTold(ToldShape):
    """Something of a ticket."""

    ticket: int = part("The ticket's `id`.", 12)
    number: str = part("Its registration number.", NUMBER)


class TicketRegisteredTold(TicketTold):
    """A ticket that is there."""

    channel: str = part("By which way it came, such as “EMAIL”; more may come.", "EMAIL")
    severity: str = part("The severity's key.", "2")


class TicketMovedTold(TicketTold):
    """A ticket whose status, or whose severity, is another: states, or keys of severities."""

    before: str = part("What it was.", "OPEN", alias="from")
    to: str = part("What it is.", "WAITING")


class DeadlineTold(TicketTold):
    """A deadline of a ticket."""

    deadline: Literal["RESPONSE", "RESOLUTION", "RFO"] = part("Its kind.", "RESPONSE")
    due_at: datetime | None = part("The last instant that is in time; null: its clock stands.", AT)


class StandingTold(ToldShape):
    """The account's standing, and the clause that it rests on."""

    url: str = leads_to("/api/v1/accounts/5/standing")
    account: int = part("The account's `id`.", 5)
    before: Standing = part("What it was.", "GOOD", alias="from")
    to: Standing = part("What it is.", "SUPPORT_SUSPENDED")
    clause: str = part("The clause of the policy that it rests on; may be empty.", "S-12")


class StandingAheadTold(ToldShape):
    """A suspension that comes, and the clause that it rests on."""

    url: str = leads_to("/api/v1/accounts/5/standing")
    account: int = part("The account's `id`.", 5)
    to: Suspended = part("What it will be.", "SUPPORT_SUSPENDED")
    starts_on: date = part(
        "From when on, unless what is overdue is paid, disputed or spared before.", "2026-03-26"
    )
    clause: str = part("The clause of the policy that it rests on; may be empty.", "S-12")


class DocumentTold(ToldShape):
    """An invoice or a credit note."""

    url: str = leads_to("/api/v1/invoices/INV-000008")
    number: str = part("Its number, as it is printed.", "INV-000008")
    kind: Literal["INVOICE", "CREDIT_NOTE"] = part("Which of the two it is.", "INVOICE")
    issued_on: date = part("The date of it.", "2026-03-04")
    due_on: date = part("The last day on which it is paid in time.", "2026-03-18")
    total: Decimal = part("With tax: a decimal number, written as text.", AMOUNT)
    currency: str = part("ISO 4217.", "USD")


class ReasonForOutageTold(ToldShape):
    """A Reason for Outage."""

    url: str = leads_to("/portal/notices/report-2/")
    kind: Literal["REASON_FOR_OUTAGE"] = part("What it is.", "REASON_FOR_OUTAGE")
    number: str = part("Its number.", "INC-00002")
    revision: int = part("Which one of it this is, from 1 on.", 1)
    is_preliminary: bool = part("A final one follows.", False)


class MaintenanceTold(ToldShape):
    """A maintenance, or what is new of it."""

    url: str = leads_to("/portal/notices/maintenance-3/")
    kind: Literal["MAINTENANCE"] = part("What it is.", "MAINTENANCE")
    number: str = part("Its number.", "MNT-00003")
    sequence: int = part("Which notice of it this is; a higher one is newer.", 0)
    state: str = part("How it stands, such as “PLANNED”; more may come.", "PLANNED")
    starts_at: datetime = part("When it begins.", "2026-03-08T02:00:00Z")
    ends_at: datetime = part("When it ends.", "2026-03-08T04:00:00Z")


class GapAnalysisTold(ToldShape):
    """A GAP analysis, in a version."""

    url: str = leads_to("/portal/notices/gap-1/")
    kind: Literal["GAP_ANALYSIS"] = part("What it is.", "GAP_ANALYSIS")
    number: str = part("Its number.", "GAP-00001")
    order: str = part("The number of the order that it is for.", "PS-2041")
    version: int = part("Which version of it this is, from 1 on.", 1)


class ReleaseTold(ToldShape):
    """A release, or what became of it."""

    url: str = leads_to("/portal/notices/release-4/")
    kind: Literal["RELEASE"] = part("What it is.", "RELEASE")
    state: Literal["ANNOUNCED", "CORRECTED", "WITHDRAWN"] = part(
        "What became of it with this notice.", "ANNOUNCED"
    )
    released_on: date = part("From when on it is there.", "2026-03-04")


class TamTold(ToldShape):
    """Who serves an order as its TAM, from a day on: the first, a successor, or not after all."""

    url: str = leads_to("/portal/account/?order=7")
    kind: Literal["TAM"] = part("What it is.", "TAM")
    order: str = part("The number of the order that is served.", "PS-2041")
    state: Literal["ASSIGNED", "REPLACED", "WITHDRAWN"] = part(
        "The first one, another one, or that what was told before does not take place.", "REPLACED"
    )
    starts_on: date = part("From when on; a later notice may put it off.", "2026-03-13")
    has_tam: bool = part("Whether somebody serves it from then on.", True)


class TestTold(Schema):
    """Nothing: somebody tries whether it arrives."""

    endpoint: int = part("Names the endpoint.", 1)
    message: str = part("For people.", "This is a test.")


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
