"""Tickets as they are sent."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from apps.api.shapes.given import ListKey, MaybeText, Name, Sent, Subject, Text

State = Literal["OPEN", "WAITING", "SOLVED", "ANSWERED", "SUSPENDED", "CLOSED"]
Turn = Literal["PROVIDER", "CLIENT", "NOBODY"]
Kind = Literal[
    "RESPONSE", "RESOLUTION", "RFO", "CLIENT_REPLY", "CONFIRMATION", "STEP_DOWN", "AUTO_CLOSE"
]


class NamedShape(Schema):
    """Something of a list of ours: `key` is sent back to name it, `label` is for people."""

    key: str
    label: str


class PersonShape(Schema):
    """A person of the account."""

    name: str
    email: str


class NextDueShape(Schema):
    """What is due next on a ticket."""

    kind: Kind
    due_at: datetime


class TicketShape(Schema):
    """A ticket."""

    id: int
    number: str
    order: str = Field(description="The number of the order under which it is.")
    subject: str
    state: State
    turn: Turn = Field(description="Whose turn it is.")
    severity: NamedShape
    category: NamedShape | None
    service: NamedShape | None
    requester: PersonShape
    registered_at: datetime
    changed_at: datetime = Field(description="When something happened on it last.")
    merged_into: int | None = Field(description="The ticket as which it goes on, if as another.")
    next_due: NextDueShape | None


class TicketsShape(Schema):
    """Tickets, the one on which something happened last first; `next` begins the next page."""

    items: list[TicketShape]
    next: str | None


class StepShape(Schema):
    """A sentence of an explanation, and the clauses that it rests on.

    Times in it are those of the policy's zone.
    """

    sentence: str
    clause: str


class DeadlineShape(Schema):
    """A promise on a ticket: how it stands, until when, and why.

    `due_at` is null while its clock stands still. A kind that is not there has no fixed time.
    """

    kind: Kind
    state: Literal["OPEN", "MET", "MISSED"]
    due_at: datetime | None
    warn_at: datetime | None
    settled_at: datetime | None
    clause: str
    why: list[StepShape]


class WholeTicketShape(TicketShape):
    """A ticket with what is promised on it."""

    deadlines: list[DeadlineShape]


class FileShape(Schema):
    """A file of a message; it is read at /files/{id}."""

    id: int
    name: str
    size: int = Field(description="Bytes.")


class MessageShape(Schema):
    """What was said on a ticket."""

    id: int
    sent_at: datetime
    said_by: Literal["CLIENT", "PROVIDER"]
    name: str
    text: str
    files: list[FileShape]


class ConversationShape(Schema):
    """What was said, the latest first; `next` begins the next page."""

    items: list[MessageShape]
    next: str | None


class FileSent(Sent):
    """A file: its content as base64. Programs and scripts are refused, as mail servers do."""

    name: Name
    content: str = Field(
        min_length=4, pattern=r"^[A-Za-z0-9+/]+={0,2}$", description="Base64, in one line."
    )
    content_type: Annotated[str, Field(max_length=100, pattern=r"^[!-~]*$")] = ""


Files = Annotated[list[FileSent], Field(max_length=20)]


class NewTicket(Sent):
    """What a ticket is opened with. The catalogue says which keys there are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject": "One-way audio on calls to Norway",
                "text": "Since 09:10 UTC callers do not hear the called party.",
                "severity": "2",
                "category": "outage",
            }
        }
    )

    subject: Subject
    text: Text
    severity: ListKey = Field(description="A severity of the order's policy.")
    category: ListKey | None = Field(
        default=None, description="What it is about; needed where the policy has categories."
    )
    service: ListKey | None = Field(default=None, description="A service that the order covers.")
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

    text: Text
    files: Files = []


class Confirmation(Sent):
    """That a solution settles it; with or without words."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "It works again."}})

    text: MaybeText = ""


class Refusal(Sent):
    """That a solution does not settle it, and what does not work yet."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "Calls to Norway still have no audio."}}
    )

    text: Text


class NewDispute(Sent):
    """Which severity a ticket should have, why, and what shows it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"severity": "1", "claim": "No call at all gets through since 12:05 UTC."}
        }
    )

    severity: ListKey
    claim: Text
    evidence: MaybeText = ""


class DisputeShape(Schema):
    """A dispute of a severity: taken down, and decided by a person."""

    id: int
    raised_at: datetime
    disputed: NamedShape
    wanted: NamedShape
    decision: Literal["OPEN", "UPHELD", "REJECTED"]
    reason: str


class GroundShape(Schema):
    """A ground of escalation: whether it is admissible now, and why. `ground` null: none named."""

    ground: NamedShape | None
    is_admissible: bool
    is_in_hand: bool = Field(description="It is escalated on that ground already.")
    why: str
    steps: list[StepShape]


class GroundsShape(Schema):
    """The grounds of a ticket; none, where its policy has no path of escalation."""

    items: list[GroundShape]


class NewEscalation(Sent):
    """On which ground a ticket is escalated, and what is to be done."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"ground": "sla-violated", "words": "Please name somebody who calls us."}
        }
    )

    ground: ListKey | None = None
    words: MaybeText = ""


class EscalationShape(Schema):
    """An escalation that goes to the person in charge."""

    id: int
    raised_at: datetime
    state: Literal["OPEN", "TAKEN", "ANSWERED", "CLOSED"]
    ground: NamedShape | None
    clause: str
    why: str
    to: str = Field(description="Who is asked first.")
