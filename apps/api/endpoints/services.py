"""What an order covers and can name, and what is asked to be changed of it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from apps.api.door import Key, Problem, TokenRequest, needs, once, person_of
from apps.api.endpoints.asked import one_of
from apps.api.endpoints.paging import After, Limit, page_of
from apps.api.endpoints.tickets import as_cited, as_told
from apps.api.queries.tickets import named
from apps.api.shapes.services import (
    CatalogueShape,
    NewServiceRequest,
    ServiceRequestShape,
    ServiceRequestsShape,
)
from apps.contracts.models import Service, ServiceRequest
from apps.contracts.queries.askable import asks_disconnection, categories_of, services_to_name
from apps.contracts.queries.catalogue import catalogue
from apps.contracts.services import DashboardSuspended, ServiceRefused, ask_service

router = Router(tags=["Services"])
READ = needs("tickets:read")


@router.get("/catalogue", auth=READ, response=CatalogueShape, summary="Read what can be named")
def read_catalogue(request: TokenRequest) -> dict[str, Any]:
    """What a ticket can name under the order of the token's person. It changes seldom."""
    order = person_of(request.auth).order
    return {
        "order": order.number,
        "plan": str(order.plan),
        "severities": catalogue(order.version_id).severities,
        "categories": [
            {
                "key": row.key,
                "label": row.label,
                "is_service_related": bool(row.terms["service_related"]),
            }
            for row in categories_of(order.version_id)
        ],
        "services": [named(row) for row in services_to_name(order)],
        "on_offer": [named(row) for row in Service.objects.filter(is_active=True)],
        "asks_disconnection": asks_disconnection(order),
    }


@router.get(
    "/service-requests",
    auth=READ,
    response=ServiceRequestsShape,
    summary="List requests for services",
)
def list_service_requests(
    request: TokenRequest, after: After = None, limit: Limit = 50
) -> dict[str, Any]:
    """What was asked under the order of the token's person, with the answers, the latest first."""
    rows = ServiceRequest.objects.filter(order=person_of(request.auth).order_id)
    page = page_of(rows.select_related("service"), after=after, limit=limit, newest_first=True)
    return page | {"items": [_shaped(row) for row in page["items"]]}


@router.post(
    "/service-requests",
    auth=needs("services:write", "may_open"),
    response={201: ServiceRequestShape},
    summary="Ask for a service",
)
def ask_for_service(
    request: TokenRequest, sent: NewServiceRequest, idempotency_key: Key
) -> HttpResponse:
    """Ask to have a service added, changed or removed; a person decides, and answers by mail.

    Refused with `dashboard-suspended` while the account's dashboard is suspended.
    """
    person = person_of(request.auth)

    def act(source_key: str) -> ServiceRequestShape:
        known = {row.key: row for row in Service.objects.all()} if sent.service else {}
        service = one_of("service", sent.service, known)
        try:
            row = ask_service(
                requester=person,
                kind=sent.kind,
                service=service,
                details=sent.details,
                source_key=source_key,
                at=timezone.now(),
            )
        except DashboardSuspended as refusal:
            words = as_told(str(refusal), person)
            raise Problem(
                HTTPStatus.FORBIDDEN, "dashboard-suspended", words, clause=refusal.clause
            ) from None
        except ServiceRefused as refusal:
            own = as_cited(refusal.clause, person.order)
            raise Problem(HTTPStatus.CONFLICT, "refused", str(refusal), clause=own) from None
        return ServiceRequestShape.model_validate(_shaped(row))

    return once(request, idempotency_key, act)


def _shaped(row: ServiceRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "service": named(row.service),
        "details": row.details,
        "asked_at": row.asked_at,
        "state": row.state,
        "answer": row.answer,
        "decided_at": row.decided_at,
    }
