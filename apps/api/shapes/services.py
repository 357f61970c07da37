"""What an order covers and can name, and requests for services, as they are sent."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from apps.api.door.words import NO_NUL
from apps.api.shapes.given import ListKey, Sent
from apps.api.shapes.parts import AT, Next, part
from apps.api.shapes.tickets import NamedShape
from apps.contracts.services.service_requests import LONGEST_TEXT

What = Literal["ADD", "CHANGE", "REMOVE"]


class SeverityShape(Schema):
    """How bad it is, the worst first: what makes it so, with examples."""

    key: str = part("Is sent back to name it.", "2")
    label: str = part("For people.", "Priority 2")
    criteria: str = part("What makes it so.", "Part of the service is out.")
    examples: list[str] = part("Such as.", ["Only one side of a call can be heard"])
    is_default: bool = part("What fits no other is this one.", False)


class CategoryShape(Schema):
    """What a ticket is about. A service-related one goes on while support is suspended."""

    key: str = part("Is sent back to name it.", "call-quality")
    label: str = part("For people.", "Call quality")
    is_service_related: bool = part(
        "It concerns the service itself, as `service_tickets` of a standing has it.", True
    )


class CatalogueShape(Schema):
    """What a ticket of the token's person can name, and what can be asked of services."""

    order: str = part("The number of the order under which tickets are opened.", "WS-0310")
    plan: str = part("The plan of the order, for people.", "Wholesale")
    severities: list[SeverityShape] = part("How bad it can be, the worst first.")
    categories: list[CategoryShape] = part("What it can be about; none: nothing is asked.")
    services: list[NamedShape] = part(
        "What a ticket can name.", [{"key": "voice", "label": "Voice calls"}]
    )
    on_offer: list[NamedShape] = part(
        "What can be asked to be added.", [{"key": "messaging", "label": "Messaging"}]
    )
    asks_disconnection: bool = part(
        "Whether a ticket may say that another provider cut the customer off.", False
    )


class NewServiceRequest(Sent):
    """What is to be added, changed or removed. Without a service, the details say which."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"kind": "ADD", "details": "Ten more channels in Oslo, from 1 April on."}
        }
    )

    kind: What = Field(description="Which of the three it is.")
    service: ListKey | None = Field(
        default=None, description="The key of a service: of `on_offer`, or one that there is."
    )
    details: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_TEXT,
            pattern=NO_NUL,
            description="How many, of what, where, and from which day on.",
        ),
    ]


class ServiceRequestShape(Schema):
    """A request for a service, and what was answered."""

    id: int = part("Names the request.", 3)
    kind: What = part("Which of the three it is.", "ADD")
    service: NamedShape | None = part(
        "Which service; null: the details say which.", {"key": "messaging", "label": "Messaging"}
    )
    details: str = part("What was asked.", "For the ten numbers of our sales team.")
    asked_at: datetime = part("When it was asked.", AT)
    state: Literal["ASKED", "DONE", "DECLINED"] = part("`ASKED`: nobody decided yet.", "ASKED")
    answer: str = part("What was answered, for people; empty: nothing yet.", "")
    decided_at: datetime | None = part("When it was decided; null: not yet.", None)


class ServiceRequestsShape(Schema):
    """Requests for services."""

    items: list[ServiceRequestShape] = part("The latest first.")
    next: Next
