"""Addresses of the API, and its document."""

from csp.decorators import csp_update
from django.conf import settings

from apps.api.document import Api
from apps.api.door import StrictJson, knows_its_query, take_over
from apps.api.endpoints import billing, notices, services, standing, ticket_acts

api = Api(
    title="Faultline",
    version="1",
    description=(
        "What a dashboard may ask and do for an account. Send a token of the account as"
        " `Authorization: Bearer flt_…`; what it is good for was chosen when it was made. It acts"
        " as a person, and may what they may, at the time of asking.\n\n"
        "Times are instants in UTC; amounts are decimal numbers, written as text. Errors are"
        " problem details (RFC 9457): `code` tells which, `detail` what to do, `clause` what in the"
        " policy a refusal rests on. Lists have pages: `next` of one, sent as `after`, begins the"
        " next.\n\n"
        "Each request that changes something bears an `Idempotency-Key`. Where no answer came, send"
        " the same request with the same key again: it is done once, and for a week answered as it"
        " was at first."
    ),
    urls_namespace="api",
    # The page of the document draws the arrow of a choice from an address that holds the image.
    docs_decorator=csp_update({"img-src": ["data:"]}),
    parser=StrictJson(),
    servers=[{"url": settings.BASE_URL}],
)
take_over(api)
api.add_decorator(knows_its_query, mode="view")
for each in (standing, ticket_acts, services, billing, notices):
    api.add_router("", each.router)
