"""Addresses of the API, and its document."""

from django.conf import settings
from ninja import NinjaAPI

from apps.api.door import PER_TOKEN, StrictJson, knows_its_query, take_over
from apps.api.endpoints import billing, services, standing, ticket_acts

api = NinjaAPI(
    title="Faultline",
    version="1",
    description=(
        "What a dashboard may ask and do for an account. Send a token of the account as"
        " `Authorization: Bearer flt_…`; what it is good for was chosen when it was made. Times are"
        " instants in UTC. Errors are problem details (RFC 9457); `code` tells which."
    ),
    urls_namespace="api",
    throttle=[PER_TOKEN],
    parser=StrictJson(),
    servers=[{"url": settings.BASE_URL}],
)
take_over(api)
api.add_decorator(knows_its_query, mode="view")
for each in (standing, ticket_acts, services, billing):
    api.add_router("", each.router)
