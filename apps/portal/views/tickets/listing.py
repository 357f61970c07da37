"""The list of tickets, with its filters."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.portal.access import SeatedRequest, page
from apps.portal.queries.tickets.listed import STATES, Asked, page_of, severities_of
from apps.portal.queries.tickets.rows import rows_of
from apps.tickets.queries import row_keys
from apps.tickets.queries.readable import PLACE

NAMES = {"open": _("Open"), "yours": _("Waiting for you"), "closed": _("Closed"), "all": _("All")}
FIRST = "open"
LONGEST_WORDS = 200  # characters that are looked for
AFTER, BEFORE = "after", "before"


@page()
def tickets(request: SeatedRequest) -> HttpResponse:
    """List the tickets that the reader may see, where the latest activity is first.

    Clause: V-3.5.
    """
    asked, given = _asked(request)
    found = page_of(request.seat, asked)
    context = {
        "rows": rows_of(found.keys, at=timezone.now()),
        "previous": _query(given, **{BEFORE: found.previous}) if found.previous else "",
        "next": _query(given, **{AFTER: found.next}) if found.next else "",
        "tabs": [(name, _query(given, state=key), key) for key, name in NAMES.items()],
        "given": given,
        "severities": severities_of(request.seat),
        "is_narrowed": any(given[name] for name in ("q", "severity", "mine")),
    }
    return TemplateResponse(request, "portal/tickets/list.html", context)


def _asked(request: SeatedRequest) -> tuple[Asked, dict[str, str]]:
    """Return what the address asks for; what makes no sense there is left out."""
    told = request.GET
    state = told.get("state", FIRST)
    given = {
        "state": state if state in STATES else FIRST,
        "severity": told.get("severity", ""),
        "mine": "1" if told.get("mine") else "",
        "q": told.get("q", "").strip()[:LONGEST_WORDS],
    }
    if given["severity"] not in severities_of(request.seat):
        given["severity"] = ""
    after, before = (row_keys.read(told.get(name, ""), PLACE) for name in (AFTER, BEFORE))
    asked = Asked(
        statuses=STATES[given["state"]],
        severity=given["severity"],
        is_mine=bool(given["mine"]),
        words=given["q"],
        place=after or before,  # type: ignore[arg-type]
        is_back=after is None and before is not None,
    )
    return asked, given


def _query(given: dict[str, str], **more: str) -> str:
    return urlencode({name: value for name, value in {**given, **more}.items() if value})
