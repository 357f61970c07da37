"""What each button of a document's page does: one service, and where one goes from there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import QueryDict

from apps.billing.admin.fields import checked, day_field, day_of, text_field, typed_amounts
from apps.billing.admin.payment_acts import refunded
from apps.billing.models import Document
from apps.billing.services.crediting import LONGEST_REASON, all_that_is_left, draft_credit_note
from apps.billing.services.drafting import discard, redraft
from apps.billing.services.finalising import finalise
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import User

CREDIT = "credit_"
REFUNDS = "billing.add_payment"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and the document to look at now; None: it is gone."""

    words: str
    document: Document | None


class CreditForm(forms.Form):
    """Why a credit note is given."""

    reason = text_field("Why", longest=LONGEST_REASON)


class RedraftForm(forms.Form):
    """Through which day a draft is made anew."""

    through_on = day_field("Through")


def final(document: Document, given: QueryDict, by: User, at: datetime) -> Done:
    made = finalise(document=document, issued_on=day_of(given), at=at, by=by)
    return Done(f"{made.reference} is final and on its way.", made)


def thrown_away(document: Document, given: QueryDict, by: User, at: datetime) -> Done:
    discard(document=document)
    return Done(f"{document} is discarded: what it billed is ready to be invoiced again.", None)


def anew(document: Document, given: QueryDict, by: User, at: datetime) -> Done:
    through_on = checked(RedraftForm(given))["through_on"]
    made = redraft(document=document, through_on=through_on, at=at, by=by)
    names = " and ".join(str(each) for each in made)
    first = next((each for each in made if each.kind == document.kind), made[0])
    return Done(f"{names} {'replace' if len(made) > 1 else 'replaces'} {document}.", first)


def credit(document: Document, given: QueryDict, by: User, at: datetime) -> Done:
    """Draft a credit note over the amounts that were typed, or over all that is left."""
    reason = checked(CreditForm(given))["reason"]
    if given.get("then") == "all":
        amounts = all_that_is_left(document)
        if not amounts:
            raise BillingRefused(f"All of {document} was credited already.")
    else:
        amounts = typed_amounts(given, prefix=CREDIT)
    made = draft_credit_note(invoice=document, amounts=amounts, reason=reason, at=at, by=by)
    return Done("The credit note is a draft: look at it, then make it final.", made)


def given_back(document: Document, given: QueryDict, by: User, at: datetime) -> Done:
    if not by.has_perm(REFUNDS):
        raise BillingRefused("Who records payments gives credit back.")
    return Done(refunded(document, given, by, at), document)


ACTS: Mapping[str, Callable[[Document, QueryDict, User, datetime], Done]] = {
    "finalise": final,
    "discard": thrown_away,
    "redraft": anew,
    "credit": credit,
    "refund": given_back,
}
