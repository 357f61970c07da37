"""Changes of an API and their analyses, for tests. MORNING is 4 March 2026."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from apps.changes.models import GapAnalysis, GapVersion, PlatformChange, Release
from apps.changes.rules.gap import over_at
from apps.changes.services import gap
from apps.changes.services.gap_sending import send_gap
from apps.changes.services.platform_changes import (
    Broken,
    ChangeWords,
    draft_change,
    publish_change,
)
from apps.changes.services.releases import ReleaseWords, announce_release, draft_release
from apps.contracts.models import Order, User
from tests.factories import MORNING, make_staff
from tests.time_made import make_premium

_serial = count(10)
EFFECT = date(2026, 4, 1)
DUE = date(2026, 3, 20)


def change_words(**other: Any) -> ChangeWords:
    given: dict[str, Any] = {
        "api": "Management API",
        "version": "3.0",
        "takes_effect_on": EFFECT,
        "due_on": DUE,
        "summary": "Keys replace passwords.",
        "items": [Broken("Sign-in by password", "Use a key."), Broken("XML answers")],
    }
    return ChangeWords(**{**given, **other})


def make_change(*, at: datetime = MORNING, **other: Any) -> PlatformChange:
    """Publish a change; each order that is entitled by now has an analysis."""
    by = make_staff()
    change = draft_change(written=change_words(**other), by=by, at=at)
    publish_change(change=change, seen=change.edition, by=by, at=at)
    change.refresh_from_db()
    return change


def make_gap(*, order: Order | None = None, **other: Any) -> GapAnalysis:
    """Return the analysis of an order, which is to do."""
    order = order or make_premium()
    return make_change(**other).analyses.get(order=order)


def opened_for(order: Order) -> GapAnalysis:
    """Open an analysis for an order, whatever its plan promises, of a change of its own."""
    change = make_change(version=f"{next(_serial)}.0")
    facts = {"why": "Agreed.", "clause": "V-4", "due_on": DUE, "opened_at": MORNING}
    facts["due_at"] = over_at(DUE, order.zone)
    return GapAnalysis.objects.get_or_create(change=change, order=order, defaults=facts)[0]


def ready(
    analysis: GapAnalysis, *, at: datetime = MORNING, to_do: str = "Make keys."
) -> GapAnalysis:
    """Write an analysis, by which the first thing hits the client, and make it ready."""
    analysis.refresh_from_db()
    by, items = make_staff(), list(analysis.change.items.all())
    findings = {item.pk: gap.Found(False) for item in items[1:]}
    analysis = gap.write_gap(
        analysis=analysis,
        seen=analysis.edition,
        findings={items[0].pk: gap.Found(True, to_do), **findings},
        plan="Keys by 20 March.",
        by=by,
        at=at,
    )
    return gap.ready_gap(analysis=analysis, seen=analysis.edition, by=by, at=at)


def sent(
    analysis: GapAnalysis | None = None,
    *,
    at: datetime = MORNING,
    by: User | None = None,
    **more: Any,
) -> GapVersion:
    """Send an analysis; of one that was sent, the next version."""
    analysis = analysis or make_gap()
    changed = {"what_changed": "The date moved."} if analysis.versions.exists() else {}
    done = ready(analysis, at=at, **more)
    return send_gap(analysis=done, seen=done.edition, by=by or make_staff(), at=at, **changed)


def in_days(days: int) -> datetime:
    return MORNING + timedelta(days=days)


def released(**other: Any) -> Release:
    """Announce a release, for every order unless services are named."""
    by = make_staff()
    given: dict[str, Any] = {
        "product": "Softphone",
        "version": "4.2",
        "released_on": MORNING.date(),
        "news": "Calls can be moved.",
    }
    release = draft_release(written=ReleaseWords(**{**given, **other}), by=by, at=MORNING)
    announce_release(release=release, seen=release.edition, by=by, at=MORNING)
    release.refresh_from_db()
    return release
