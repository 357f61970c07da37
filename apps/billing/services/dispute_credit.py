"""The credit note by which a dispute is upheld."""

from datetime import datetime
from decimal import Decimal

from apps.billing.models import BillingDispute, Document
from apps.billing.services.crediting import LONGEST_REASON, draft_credit_note
from apps.billing.services.finalising import finalise
from apps.contracts.models import User


def credit_disputed(
    *, dispute: BillingDispute, amount: Decimal, at: datetime, by: User | None
) -> Document:
    """Give a final credit note over so much of the disputed line, dated today.

    Clause: S-12, R-5.

    :raises BillingRefused: more would go back than is left of the line, or it cannot be issued.
    """
    reason = f"Dispute upheld: {' '.join(dispute.reason.split())}"[:LONGEST_REASON]
    draft = draft_credit_note(
        invoice=dispute.document, amounts={dispute.line_id: amount}, reason=reason, at=at, by=by
    )
    today = draft.series.seller.today(at=at)
    return finalise(document=draft, issued_on=today, at=at, by=by)
