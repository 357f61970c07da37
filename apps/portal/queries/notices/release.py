"""Releases, as notices: that a new version is there, and costs nothing; and what became of it.

Clause: S-10.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.changes.models import ReleaseAmendment, ReleaseNotice
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat

Amended = ReleaseAmendment.Kind


def _rows(seats: Sequence[Seat]) -> QuerySet[ReleaseNotice]:
    rows = ReleaseNotice.objects.filter(account__in=[seat.account.pk for seat in seats])
    withdrawals = ReleaseAmendment.objects.filter(
        release=OuterRef("release"), kind=Amended.WITHDRAWN
    )
    related = rows.select_related("release", "amendment")
    return related.annotate(is_void=Exists(withdrawals.order_by()))


def _heading(row: Any) -> str:
    words = {"release": row.release}
    if row.amendment and row.amendment.kind == Amended.WITHDRAWN:
        return _("Withdrawn: %(release)s") % words
    if row.is_void:
        return _("New version, withdrawn since: %(release)s") % words
    if row.amendment:
        return _("Corrected: %(release)s") % words
    return _("New version: %(release)s") % words


def _proof(rows: Sequence[ReleaseNotice]) -> Proof:
    wanted = Q()
    for row in rows:
        wanted |= Q(key__startswith=f"release-notice:{row.pk}:")
    found: defaultdict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.filter(wanted).order_by("pk"):
        found[message.payload["notice_id"]].append(message)
    return found


def _facts(row: ReleaseNotice, zone: str) -> Mapping[str, Any]:
    release, amendment = row.release, row.amendment
    later = release.notices.filter(account=row.account_id, pk__gt=row.pk)
    return {
        "release": release,
        "amendment": amendment,
        "is_withdrawal": bool(amendment and amendment.kind == Amended.WITHDRAWN),
        "told": amendment or release,
        "later": later.select_related("amendment").order_by("pk").last(),
        # Whose tickets they were is nobody else's business.
        "fixes": list(release.fixes.only("text", "release")),
    }


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
