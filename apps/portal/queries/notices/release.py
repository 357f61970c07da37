"""Releases, as notices: that a new version is there, and costs nothing.

Clause: S-10.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.changes.models import ReleaseNotice
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat


def _rows(seats: Sequence[Seat]) -> QuerySet[ReleaseNotice]:
    rows = ReleaseNotice.objects.filter(account__in=[seat.account.pk for seat in seats])
    return rows.select_related("release")


def _heading(row: ReleaseNotice) -> str:
    return _("New version: %(release)s") % {"release": row.release}


def _proof(rows: Sequence[ReleaseNotice]) -> Proof:
    wanted = Q()
    for row in rows:
        wanted |= Q(key__startswith=f"release-notice:{row.pk}:")
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk"):
        found[message.payload["notice_id"]].append(message)
    return found


def _facts(row: ReleaseNotice, zone: str) -> Mapping[str, Any]:
    # Whose tickets they were is nobody else's business.
    return {"release": row.release, "fixes": list(row.release.fixes.only("text", "release"))}


RELEASE = Kind(
    name="release",
    label=gettext_lazy("New version"),
    needs="",
    template="portal/notices/release.html",
    rows=_rows,
    account_of=lambda row: row.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
