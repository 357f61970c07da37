"""The GAP analysis as a PDF.

What people wrote goes to typst as data, never as markup; the template lies in ``templates/typst``
and uses the fonts that come with typst.
"""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from apps.changes.models import GapAnalysis, GapVersion
from apps.tickets.wording import moment

TEMPLATE = "gap_analysis.typ"


def gap_pdf(
    analysis: GapAnalysis,
    *,
    said: dict[str, Any],
    number: int,
    what_changed: str,
    sent_at: datetime | None,
) -> bytes:
    """Return a version as the client is sent it; ``sent_at`` None: a draft, and it says so.

    ``said`` is as GapVersion has it. Times are in the order's time zone.

    Clause: V-2-gap.
    """
    order, change = analysis.order, analysis.change
    zone = str(order.zone)
    facts = {
        "language": order.version.language,
        "number": analysis.number,
        "version": number,
        "what_changed": what_changed,
        "title": str(change),
        "sent": moment(sent_at.replace(second=0, microsecond=0), zone) if sent_at else "",
        "contact": order.version.support_address,
        "facts": [
            ["Client", str(order.account)],
            ["Order", f"{order.number}, {order.plan}"],
            ["Takes effect", _day(change.takes_effect_on)],
            ["TAM", said["tam"]],
            ["Notes", change.link],
        ],
        "summary": _paragraphs(change.summary),
        "findings": [
            {
                **finding,
                "details": _paragraphs(finding["details"]),
                "to_do": _paragraphs(finding["to_do"]),
            }
            for finding in said["findings"]
        ],
        "plan": _paragraphs(said["plan"]),
    }
    return typst.compile(
        str(_folder() / TEMPLATE),
        root=str(_folder()),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"analysis": json.dumps(facts)},
    )


def file_name(version: GapVersion) -> str:
    """Return under which name a version is sent and downloaded."""
    return f"{version.analysis.number.lower()}-version-{version.number}.pdf"


def _day(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def _paragraphs(text: str) -> list[str]:
    return [line for line in (line.strip() for line in text.splitlines()) if line]


def _folder() -> Path:
    return settings.BASE_DIR / "templates" / "typst"


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts, looked for once: those of typst, and the system's for what they lack."""
    return typst.Fonts()
