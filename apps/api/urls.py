"""Addresses of the API, and its document."""

from django.conf import settings
from ninja import NinjaAPI

from apps.api.door import PER_TOKEN, take_over
from apps.api.endpoints import standing

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
    servers=[{"url": settings.BASE_URL}],
)
take_over(api)
api.add_router("", standing.router)
