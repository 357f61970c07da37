"""What each button of a dispute's page does."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.http import QueryDict

from apps.billing.admin.acting import Act
from apps.billing.admin.fields import amount_field, checked, text_field
from apps.billing.models import BillingDispute
from apps.billing.services.dispute_decisions import (
    reject_dispute,
    uphold_dispute,
    uphold_in_part,
)
from apps.billing.services.disputes import (
    LONGEST_TEXT,
    accept_as_bona_fide,
    withdraw_dispute,
)
from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import User


class AnswerForm(forms.Form):
    """What the client is told."""

    text = text_field("What the client is told", longest=LONGEST_TEXT, rows=4)


class PartForm(AnswerForm):
    """How much of it is taken back."""

    amount = amount_field("Amount before tax")


def seen_in(given: QueryDict) -> int:
    """Return the revision that the page showed; 0, which none has, where it says none."""
    return key_in(given.get("seen", ""))


def _accept(dispute: BillingDispute, given: QueryDict, by: User, at: datetime) -> str:
    text = checked(AnswerForm(given))["text"]
    accept_as_bona_fide(dispute=dispute, seen=seen_in(given), text=text, by=by, at=at)
    return "The dispute is bona fide, and the client hears of it."


def _uphold(dispute: BillingDispute, given: QueryDict, by: User, at: datetime) -> str:
    answer = checked(AnswerForm(given))["text"]
    note = uphold_dispute(dispute=dispute, seen=seen_in(given), answer=answer, by=by, at=at)
    return f"Upheld: {note} takes back {note.total_amount} {note.currency}."


def _part(dispute: BillingDispute, given: QueryDict, by: User, at: datetime) -> str:
    said = checked(PartForm(given))
    if said["amount"] is None:
        raise BillingRefused("Say how much is taken back.")
    note = uphold_in_part(
        dispute=dispute,
        amount=said["amount"],
        seen=seen_in(given),
        answer=said["text"],
        by=by,
        at=at,
    )
    return f"Upheld in part: {note} takes back {note.total_amount} {note.currency}."


def _reject(dispute: BillingDispute, given: QueryDict, by: User, at: datetime) -> str:
    answer = checked(AnswerForm(given))["text"]
    reject_dispute(dispute=dispute, seen=seen_in(given), answer=answer, by=by, at=at)
    return f"Rejected: the amount is owed since {dispute.document.due_on}."


def _withdraw(dispute: BillingDispute, given: QueryDict, by: User, at: datetime) -> str:
    text = checked(AnswerForm(given))["text"]
    withdraw_dispute(dispute=dispute, seen=seen_in(given), text=text, by=by, at=at)
    return f"Withdrawn: the amount is owed since {dispute.document.due_on}."


ACTS: Mapping[str, Act] = {
    "accept": _accept,
    "uphold": _uphold,
    "part": _part,
    "reject": _reject,
    "withdraw": _withdraw,
}
