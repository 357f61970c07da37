"""Tickets as they are sent, with what is promised and what was said."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from apps.api.shapes.parts import AT, NUMBER, Next, part

State = Literal["OPEN", "WAITING", "SOLVED", "ANSWERED", "SUSPENDED", "CLOSED"]
Turn = Literal["PROVIDER", "CLIENT", "NOBODY"]
Kind = Literal[
    "RESPONSE", "RESOLUTION", "RFO", "CLIENT_REPLY", "CONFIRMATION", "STEP_DOWN", "AUTO_CLOSE"
]
STATES = (
    "`OPEN`: we work on it. `WAITING`: we asked the client something. `SOLVED`: we gave a solution."
    " `ANSWERED`: the client answered the solution, and we look at that. `SUSPENDED`: it stands"
    " still, as the account's support does. `CLOSED`."
)
KINDS = (
    "`RESPONSE`: our first answer. `RESOLUTION`: our solution. `RFO`: a Reason for Outage."
    " `CLIENT_REPLY`: the client's answer to what we asked. `CONFIRMATION`: the client's word on"
    " the solution. `STEP_DOWN`: a lower severity, while a solution is watched. `AUTO_CLOSE`: it"
    " closes by itself."
)


class NamedShape(Schema):
    """Something of a list of ours."""

    key: str = part("Is sent back to name it.", "2")
    label: str = part("For people.", "Priority 2")


class PersonShape(Schema):
    """A person of the account."""

    name: str = part("Their name.", "Kim Berg")
    email: str = part("Their address.", "kim@telecom.example.com")


class NextDueShape(Schema):
    """What is due next on a ticket."""

    kind: Kind = part(KINDS, "RESPONSE")
    due_at: datetime = part("The last instant that is in time.", "2026-03-04T16:00:00Z")


class TicketShape(Schema):
    """A ticket."""

    id: int = part("Names the ticket in addresses.", 12)
    number: str = part("Its registration number: put it into mails.", NUMBER)
    order: str = part("The number of the order under which it is.", "WS-0310")
    subject: str = part("What it is on.", "One-way audio on calls to Norway")
    state: State = part(STATES, "OPEN")
    turn: Turn = part("Whose turn it is.", "PROVIDER")
    severity: NamedShape = part("How bad it is, of the list of its policy.")
    category: NamedShape | None = part(
        "What it is about, of the list of its policy; null: that is not said.",
        {"key": "call-quality", "label": "Call quality"},
    )
    service: NamedShape | None = part(
        "Which service of the order it is about; null: that is not said.",
        None,
    )
    requester: PersonShape = part("Who asked.")
    registered_at: datetime = part("When it was registered; its clocks count from then.", AT)
    changed_at: datetime = part("When something happened on it last.", AT)
    closing: NamedShape | None = part(
        "For which of the policy's reasons it was closed; null: it was not, or for none.", None
    )
    merged_into: int | None = part(
        "The `id` of the ticket as which it goes on, if as another.", None
    )
    next_due: NextDueShape | None = part("What is due next; null: nothing, or its clock stands.")


class TicketsShape(Schema):
    """Tickets."""

    items: list[TicketShape] = part("The one on which something happened last first.")
    next: Next


class StepShape(Schema):
    """A step of an explanation."""

    sentence: str = part(
        "For people. Times in it are those of the policy's zone.",
        "Priority 2: response within 2 h of “Standard hours”.",
    )
    clause: str = part(
        "The clauses of the policy that it rests on, with commas; may be empty.", "S-5-targets, R-1"
    )


class DeadlineShape(Schema):
    """A promise on a ticket: how it stands, until when, and why."""

    kind: Kind = part(KINDS, "RESPONSE")
    state: Literal["OPEN", "MET", "MISSED"] = part(
        "`OPEN`: not yet kept, nor missed. `MET`: kept. `MISSED`: missed, and it stays so.", "OPEN"
    )
    due_at: datetime | None = part(
        "The last instant that is in time; null: its clock stands still.", "2026-03-04T16:00:00Z"
    )
    warn_at: datetime | None = part(
        "From when on it is near; null: its clock stands still.", "2026-03-04T15:30:00Z"
    )
    settled_at: datetime | None = part(
        "When it was kept; if it was missed, when it was due. Null: it is open.", None
    )
    clause: str = part("The clauses of the policy that promise it, with commas.", "S-5-targets")
    why: list[StepShape] = part("How it was worked out, step by step.")


class WholeTicketShape(TicketShape):
    """A ticket with what is promised on it."""

    deadlines: list[DeadlineShape] = part(
        "The latest of each kind. What is not there has no fixed time."
    )


class FileShape(Schema):
    """A file of a message."""

    id: int = part("It is read at `/files/{id}`.", 7)
    name: str = part("Its name.", "trace.pcap")
    size: int = part("Bytes.", 48213)


class MessageShape(Schema):
    """What was said on a ticket."""

    id: int = part("Names the message.", 34)
    sent_at: datetime = part("When it was said.", AT)
    said_by: Literal["CLIENT", "PROVIDER"] = part("Whose words they are.", "CLIENT")
    name: str = part("Who said it.", "Kim Berg")
    text: str = part(
        "The words, plain, with line feeds.",
        "Since 09:10 UTC callers do not hear the called party.",
    )
    files: list[FileShape] = part("What came along.")


class ConversationShape(Schema):
    """What was said."""

    items: list[MessageShape] = part("The latest first.")
    next: Next


class GroundShape(Schema):
    """A ground of escalation: whether it is admissible now, and why."""

    ground: NamedShape | None = part(
        "The ground; null: that none is named.",
        {"key": "not-resolved", "label": "Ordinary support did not settle it"},
    )
    is_admissible: bool = part("Whether a ticket can be escalated on it now.", True)
    is_in_hand: bool = part("It is escalated on that ground already.", False)
    why: str = part("Why, for people.", "The person in charge judges it.")
    steps: list[StepShape] = part(
        "What was held against the ticket, step by step.",
        [{"sentence": "No figure of the ticket shows this ground.", "clause": "S-7"}],
    )


class GroundsShape(Schema):
    """The grounds of a ticket."""

    items: list[GroundShape] = part("None, where the policy has no path of escalation.")
