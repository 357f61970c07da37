"""Notices on the account's standing: a step ahead, and each change.

Clause: S-12, R-4, R-5.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.billing.models import StandingNotice
from apps.contracts.models import Standing
from apps.outbox.models import Message
from apps.portal.queries.notices.kind import Kind, Proof
from apps.portal.queries.seats import Seat
from apps.portal.queries.whys import cited, steps_of, titles_of

SHOWN = 20  # documents
WORDS: Mapping[str, Text] = {
    Standing.State.GOOD: gettext_lazy("In good standing again"),
    Standing.State.SUPPORT_SUSPENDED: gettext_lazy(
        "Support for what is not about a fault of a service is suspended"
    ),
    Standing.State.DASHBOARD_SUSPENDED: gettext_lazy(
        "Adding, changing and removing services and users is suspended too"
    ),
}


def _rows(seats: Sequence[Seat]) -> QuerySet[StandingNotice]:
    rows = StandingNotice.objects.filter(account__in=[seat.account.pk for seat in seats])
    related = rows.select_related("review").defer("review__explanation", "review__documents")
    return related.annotate(told_at=F("at"))


def _heading(row: StandingNotice) -> Text | str:
    if row.kind == StandingNotice.Kind.WARNING:
        return _("Overdue: a suspension is ahead")
    return WORDS[row.state]


def _proof(rows: Sequence[StandingNotice]) -> Proof:
    found = Message.objects.in_bulk([pk for row in rows for pk in row.messages])
    return {row.pk: [found[pk] for pk in row.messages if pk in found] for row in rows}


def _facts(row: StandingNotice, zone: str) -> Mapping[str, Any]:
    review = row.review
    titles = titles_of([review.version_id])[review.version_id] if review else {}
    documents = review.documents if review else []
    return {
        "effect": WORDS[row.state],
        "review": review,
        "documents": [
            {**each, "due_on": date.fromisoformat(each["due_on"])} for each in documents[:SHOWN]
        ],
        "more": max(review.documents_count - SHOWN, 0) if review else 0,
        "clauses": cited(review.clause, titles) if review else [],
        "steps": steps_of(review.explanation, zone=zone, titles=titles) if review else [],
    }


STANDING = Kind(
    name="standing",
    label=gettext_lazy("Standing"),
    needs="money",
    template="portal/notices/standing.html",
    rows=_rows,
    account_of=lambda row: row.account_id,
    heading=_heading,
    proof=_proof,
    facts=_facts,
)
