"""What an order covers and can name, and requests for services, as they are sent."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from apps.api.shapes.given import ListKey, Sent
from apps.api.shapes.tickets import NamedShape
from apps.contracts.services.service_requests import LONGEST_TEXT

What = Literal["ADD", "CHANGE", "REMOVE"]


class SeverityShape(Schema):
    """How bad it is, the worst first: what makes it so, with examples."""

    key: str
    label: str
    criteria: str
    examples: list[str]
    is_default: bool


class CategoryShape(Schema):
    """What a ticket is about. A service-related one goes on while support is suspended."""

    key: str
    label: str
    is_service_related: bool


class CatalogueShape(Schema):
    """What a ticket of the token's person can name, and what can be asked of services."""

    order: str = Field(description="The number of the order under which tickets are opened.")
    plan: str
    severities: list[SeverityShape]
    categories: list[CategoryShape]
    services: list[NamedShape] = Field(description="What a ticket can name.")
    on_offer: list[NamedShape] = Field(description="What can be asked to be added.")
    asks_disconnection: bool = Field(
        description="Whether a ticket may say that another provider cut the customer off."
    )


class NewServiceRequest(Sent):
    """What is to be added, changed or removed. Without a service, the details say which."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"kind": "ADD", "details": "Ten more channels in Oslo, from 1 April on."}
        }
    )

    kind: What
    service: ListKey | None = None
    details: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_TEXT,
            pattern=r"^[^\u0000]*$",
            description="How many, of what, where, and from which day on.",
        ),
    ]


class ServiceRequestShape(Schema):
    """A request for a service, and what was answered."""

    id: int
    kind: What
    service: NamedShape | None
    details: str
    asked_at: datetime
    state: Literal["ASKED", "DONE", "DECLINED"]
    answer: str
    decided_at: datetime | None


class ServiceRequestsShape(Schema):
    """Requests, the latest first; `next` begins the next page."""

    items: list[ServiceRequestShape]
    next: str | None
