"""Drafts that follow how their account is billed now.

Clause: V-3.4.6, S-13.
"""

from datetime import datetime

from django.db import transaction

from apps.billing.models import BillingProfile, Document
from apps.billing.queries.days import today_of
from apps.billing.services.holding import hold_account
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.taxing import tax_draft
from apps.contracts.models import Account


@transaction.atomic
def follow_profile(*, account: Account, at: datetime) -> int:
    """Tax an account's draft invoices by the category that it has now; return how many are.

    What has no rate on a draft's day stays as it is: it is refused when it is made final.

    Clause: V-3.4.6, S-13.
    """
    account = hold_account(account)
    profile = BillingProfile.objects.select_related("tax_category").get(account=account)
    drafts = Document.objects.filter(
        account=account, state=Document.State.DRAFT, kind=Document.Kind.INVOICE
    ).select_related("run")
    today, taxed = today_of(account, at=at), 0
    for draft in drafts.order_by("pk"):
        on = draft.run.issued_on if draft.run else today
        try:
            with transaction.atomic():
                tax_draft(draft, on=on, category=profile.tax_category)
        except BillingRefused:
            continue
        taxed += 1
    return taxed
