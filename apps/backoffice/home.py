"""The home page of the admin: what a duty manager needs to see first."""

from collections.abc import Mapping
from math import ceil
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.backoffice import figures
from apps.backoffice.my_clients import my_clients
from apps.billing.queries.ledger_checked import last_checked
from apps.contracts.models import User
from apps.outbox.capped import capped_count, shown
from apps.tickets.admin.queue_tabs import counts_for
from apps.tickets.models import Ticket
from apps.tickets.wording import span

MOST_A_ROW = 7  # tiles
# Views of the queue, as they are called here: to know of, and to work on.
WATCHED = {"missed": "Missed and still open", "ours": "Our turn", "waiting": "Waiting on client"}
WORKED = {"unassigned": "Unassigned", "mine": "Mine"}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the home page shows to the admin's context, as far as this person may see it."""
    at = timezone.now()
    may = {
        "tickets": request.user.has_perm("tickets.view_ticket"),
        "mails": request.user.has_perm("intake.view_inboundmail"),
        "messages": request.user.has_perm("outbox.view_message"),
        "money": request.user.has_perm("billing.view_document"),
        "books": request.user.has_perms(["billing.view_ledgercheck", "billing.close_month"]),
    }
    context |= {"title": "Home", "may": may, "tiles": []}
    context["my_clients"] = my_clients(request.user, at=at)
    if may["tickets"] and not Ticket.objects.exists():
        context["first_steps"] = dict(figures.first_steps())
    elif may["tickets"]:
        context |= _tickets(request, at)
    counts = figures.waiting(request.user)
    if request.user.has_perms(["escalation.view_escalation", "escalation.change_escalation"]):
        url, alarm = (
            _list("escalation_escalation", state__in="OPEN,TAKEN"),
            counts["in_nobodys_hand"],
        )
        context["tiles"] += [
            _tile("Escalations unanswered", counts["escalations"], url, alarm=alarm > 0)
        ]
    context["tiles"] += _asked(request.user, counts)
    context["tiles"] += _outages(request.user, counts)
    if request.user.has_perms(["contracts.view_account", "contracts.view_standing"]):
        url = _list("contracts_account", standing="suspended")
        context["tiles"] += [_tile("Suspended accounts", counts["suspended"], url, alarm=False)]
    context["tiles"] += _money(request.user, counts)
    context["tiles"] += _on_call(request, counts)
    context["tiles"] += _prices(request.user, counts)
    if may["mails"]:
        mails = figures.to_look_at(at=at)
        count = capped_count(mails)
        url = _list("intake_inboundmail", look="recent")
        context["mails"] = mails.order_by("-pk")[: figures.LATEST_MAILS]
        context["mails_url"] = url
        context["tiles"] += [_tile("Mails to look at, 7 days", count, url, alarm=False)]
    if may["messages"]:
        dead = figures.dead_letters()
        url = _list("outbox_message", state__exact="DEAD")
        context["tiles"] += [_tile("Dead letters", dead, url, alarm=dead > 0)]
    if may["books"]:
        context["ledger"] = last_checked()
    context["tiles_a_row"] = _in_even_rows(len(context["tiles"]))
    return context


def _asked(user: Any, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what clients ask for, for those who decide on it.

    Clause: S-2.1, S-3, V-2-order.
    """
    offered = [
        ("Appointments to decide", "appointments", "appointment", {"shown": "asked"}),
        ("Service requests to decide", "service_requests", "servicerequest", {"look": "open"}),
    ]
    return [
        _tile(name, counts[count], _list(f"contracts_{model}", **query), alarm=False)
        for name, count, model, query in offered
        if user.has_perms([f"contracts.view_{model}", f"contracts.change_{model}"])
    ]


def _outages(user: Any, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the tiles on Reasons for Outage, and on maintenance that nobody was told of.

    Clause: S-6, S-11.
    """
    offered = [
        ("Outage reports to write", "reports_to_write", "draft", "escalation.change_incident"),
        (
            "Outage reports to review",
            "reports_to_review",
            "review",
            "escalation.issue_outagereport",
        ),
    ]
    tiles = [
        _tile(
            name,
            counts[count],
            _list("escalation_incident", report=state),
            alarm=False,
        )
        for name, count, state, permission in offered
        if user.has_perms(["escalation.view_incident", permission])
    ]
    if user.has_perms(["changes.view_maintenance", "changes.change_maintenance"]):
        url = _list("changes_maintenance", look="announce")
        tiles.append(_tile("Maintenance to announce", counts["to_announce"], url, alarm=False))
    return tiles


def _money(user: Any, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what of money waits for somebody, for those who may do something about it.

    Clause: S-12, V-3.4.6.
    """
    offered = [
        (
            "Suspensions to confirm",
            counts["proposed"],
            _list("billing_standingproposal", look="open"),
            "billing.decide_standingproposal",
        ),
        (
            "Disputed amounts to decide",
            counts["disputed_amounts"],
            _list("billing_billingdispute", look="open"),
            "billing.change_billingdispute",
        ),
        (
            "Payments to look at",
            counts["payment_rows"],
            _list("billing_paymentimportrow", look="person"),
            "billing.change_paymentimportrow",
        ),
    ]
    return [
        _tile(name, count, url, alarm=False)
        for name, count, url, permission in offered
        if user.has_perm(permission)
    ]


def _on_call(request: HttpRequest, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what of on-call waits for somebody, for those who may do something about it."""
    tiles = []
    if request.user.has_perm("escalation.change_page"):
        pages, gaps = counts["pages"], counts["gaps"]
        url = _list("escalation_coveragegap", state__exact="OPEN")
        tiles = [
            _tile("Pages in nobody's hand", pages, _list("escalation_page"), alarm=pages > 0),
            _tile("Nobody on call, ahead", gaps, url, alarm=gaps > 0),
        ]
    if request.user.has_perm("intake.change_voicemessage"):
        url = _list("intake_voicemessage")
        tiles.append(_tile("Voice messages", counts["voice"], url, alarm=False))
    if request.user.has_perm("intake.add_monitoringmapping"):
        url = _list("intake_alert", shown="unmapped")
        tiles.append(_tile("Alerts not mapped", counts["alerts_to_map"], url, alarm=False))
    return tiles


def _prices(user: Any, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what of prices waits for a person's word, for those who may give it.

    Clause: S-13.1, R-9.
    """
    offered = [
        ("Prices to quote", "to_quote", _list("billing_ratedevent", held="person"), "add_quote"),
        (
            "Waivers to decide",
            "waivers",
            _list("billing_waiverrequest", state__exact="ASKED"),
            "change_waiverrequest",
        ),
    ]
    return [
        _tile(name, counts[count], url, alarm=False)
        for name, count, url, right in offered
        if user.has_perm(f"billing.{right}")
    ]


def _in_even_rows(count: int) -> int:
    """Return how many tiles stand side by side, so that none is alone in the last row."""
    rows = ceil(count / MOST_A_ROW) or 1
    return ceil(count / rows) or 1


def _tickets(request: HttpRequest, at: Any) -> dict[str, Any]:
    views = WATCHED | (WORKED if request.user.has_perm("tickets.change_ticket") else {})
    counts = counts_for(cast(User, request.user), list(views))
    bars: dict[str, list[tuple[figures.Bar, str]]] = {}
    for bar in figures.open_by_severity():
        bars.setdefault(bar.policy, []).append((bar, shown(bar.count)))
    return {
        "tiles": [
            _tile(
                name,
                counts[key],
                _list("tickets_ticket", view=key),
                alarm=key == "missed" and counts[key] > 0,
            )
            for key, name in views.items()
        ],
        "bars": bars,
        "queue_url": _list("tickets_ticket"),
        "next_due": [
            {"deadline": due.deadline, "left": span(due.left), "near": due.near}
            for due in figures.next_due(at=at)
        ],
    }


def _tile(name: str, count: int, url: str, *, alarm: bool) -> dict[str, Any]:
    return {"name": name, "count": shown(count), "url": url, "alarm": alarm}


def _list(model: str, **query: str) -> str:
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(query)}" if query else address
