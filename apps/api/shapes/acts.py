"""What is done on tickets, as it is sent, and what became of disputes and escalations."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from apps.api.door.words import BASE64, VISIBLE_OR_NONE
from apps.api.shapes.given import ListKey, MaybeText, Name, Sent, Subject, Text
from apps.api.shapes.parts import AT, Next, part
from apps.api.shapes.tickets import NamedShape


class FileSent(Sent):
    """A file: its content as base64. Programs and scripts are refused, as mail servers do."""

    name: Name = Field(description="Its name, with its ending.")
    content: str = Field(min_length=4, pattern=BASE64, description="Base64, in one line.")
    content_type: Annotated[str, Field(max_length=100, pattern=VISIBLE_OR_NONE)] = Field(
        default="", description="Its media type; it is sent on as a download whatever it is."
    )


Files = Annotated[
    list[FileSent], Field(max_length=20, description="Files that go along, at most 20.")
]


class NewTicket(Sent):
    """What a ticket is opened with. The catalogue says which keys there are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject": "One-way audio on calls to Norway",
                "text": "Since 09:10 UTC callers do not hear the called party.",
                "severity": "2",
                "category": "call-quality",
            }
        }
    )

    subject: Subject = Field(description="What it is on, in one line.")
    text: Text = Field(description="What is wrong, since when, and what was tried. Plain text.")
    severity: ListKey = Field(description="The key of a severity of the order's policy.")
    category: ListKey | None = Field(
        default=None,
        description="The key of what it is about; needed where the policy has categories.",
    )
    service: ListKey | None = Field(
        default=None, description="The key of a service that the order covers."
    )
    is_disconnection: bool = Field(
        default=False,
        description=(
            "Another provider cut the customer off, in the course of a new install. Only where the"
            " catalogue asks for it."
        ),
    )
    files: Files = []


class NewReply(Sent):
    """What is written on a ticket."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "It is better since 11:40, not gone."}}
    )

    text: Text = Field(description="Plain text.")
    files: Files = []


class Confirmation(Sent):
    """That a solution settles it; with or without words."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "It works again."}})

    text: MaybeText = Field(default="", description="Plain text; may be left out.")


class Refusal(Sent):
    """That a solution does not settle it, and what does not work yet."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "Calls to Norway still have no audio."}}
    )

    text: Text = Field(description="What does not work yet. Plain text.")


class NewDispute(Sent):
    """Which severity a ticket should have, why, and what shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "severity": "1",
                "claim": "No call at all gets through since 12:05 UTC.",
                "evidence": "120 of 120 calls failed.",
            }
        }
    )

    severity: ListKey = Field(description="The key of the severity that it should have.")
    claim: Text = Field(description="Why. Plain text.")
    evidence: MaybeText = Field(default="", description="What shows it. Plain text.")


class DisputeShape(Schema):
    """A dispute of a severity: taken down, and decided by a person."""

    id: int = part("Names the dispute.", 3)
    raised_at: datetime = part("When it was raised.", AT)
    disputed: NamedShape = part("The severity that it is against.")
    wanted: NamedShape = part("The severity that it asks for.", {"key": "1", "label": "Priority 1"})
    decision: Literal["OPEN", "UPHELD", "REJECTED"] = part(
        "`OPEN`: nobody has decided yet. `UPHELD`: the ticket got that severity.", "OPEN"
    )
    decided_at: datetime | None = part("When it was decided; null: not yet.", None)
    reason: str = part("Why it was decided so, for people; empty: it is not yet.", "")


class DisputesShape(Schema):
    """Disputes of a ticket's severity."""

    items: list[DisputeShape] = part("The latest first.")
    next: Next


class NewEscalation(Sent):
    """On which ground a ticket is escalated, and what is to be done."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "ground": "not-resolved",
                "words": "Please name somebody who calls us.",
            }
        }
    )

    ground: ListKey | None = Field(
        default=None,
        description="The key of one of the ticket's grounds, where it has to have one.",
    )
    words: MaybeText = Field(default="", description="What is to be done. Plain text.")


class EscalationShape(Schema):
    """An escalation to the person in charge."""

    id: int = part("Names the escalation.", 6)
    raised_at: datetime = part("When it was raised.", AT)
    state: Literal["OPEN", "TAKEN", "ANSWERED", "CLOSED", "REFUSED"] = part(
        "`OPEN`: who is in charge is asked. `TAKEN`: somebody has it in hand. `ANSWERED`: they"
        " answered. `CLOSED`: it is over. `REFUSED`: it went to nobody, and `why` says why.",
        "OPEN",
    )
    ground: NamedShape | None = part(
        "On which ground; null: on none.",
        {"key": "not-resolved", "label": "Ordinary support did not settle it"},
    )
    clause: str = part("What in the policy it rests on.", "S-7")
    why: str = part("Whether it is admissible, for people.", "The person in charge judges it.")
    to: str = part("Who is asked first, by their title; empty: nobody.", "Head of support")
    answer: str = part("What was answered; empty: nothing yet.", "")


class EscalationsShape(Schema):
    """Escalations of a ticket."""

    items: list[EscalationShape] = part("The latest first.")
    next: Next
