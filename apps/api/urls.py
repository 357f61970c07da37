"""Addresses of the API, and its document."""

from csp.decorators import csp_update
from django.conf import settings

from apps.api.document import Api
from apps.api.document_text import description
from apps.api.door import StrictJson, kept_by_nobody, knows_its_query, take_over
from apps.api.endpoints import billing, notices, services, standing, ticket_acts

api = Api(
    title="Faultline",
    version="1",
    description=description(),
    urls_namespace="api",
    # The page of the document draws the arrow of a choice from an address that holds the image.
    docs_decorator=csp_update({"img-src": ["data:"]}),
    parser=StrictJson(),
    servers=[{"url": settings.BASE_URL}],
)
take_over(api)
api.add_decorator(knows_its_query, mode="view")
api.add_decorator(kept_by_nobody, mode="view")
for each in (standing, ticket_acts, services, billing, notices):
    api.add_router("", each.router)
