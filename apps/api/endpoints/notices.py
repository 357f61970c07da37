"""Notices: what the account was told."""

from datetime import datetime
from typing import Any

from ninja import Router

from apps.api.door import TokenRequest, needs, person_of
from apps.api.endpoints.paging import AfterPlace, Limit, place_in
from apps.api.shapes.notices import NoticesShape
from apps.contracts.told import NOTICES

PLACES = (datetime, int, int)  # when it was told, which kind, its key
router = Router(tags=["Notices"])


@router.get("/notices", auth=needs("notices:read"), response=NoticesShape, summary="List notices")
def list_notices(
    request: TokenRequest, after: AfterPlace = None, limit: Limit = 50
) -> dict[str, Any]:
    """What the account was told, the newest first; on money, to who may see invoices."""
    place_in(after, PLACES)
    [told_to] = NOTICES
    page = told_to(person_of(request.auth), after=after or "", most=limit)
    return {"items": page.notices, "next": page.after or None}
