"""Making all drafts of a run final: batch by batch, numbered in the order of their accounts.

Each batch is a transaction under the series' lock: killed in the middle, it goes on with the drafts
that are left, and the numbers have no gap.

Clause: V-3.4.6, S-12, S-13.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from apps.billing.models import BillingProfile, Document, InvoiceRun, RunAccount, Series
from apps.billing.queries.printed import profiles_of
from apps.billing.services.after import settled_all
from apps.billing.services.finalising import (
    UNDECIDED,
    check_date,
    finalise_held,
    is_taxed_as_of,
    problem_of,
    undecided_documents,
)
from apps.billing.services.ledger import hold_books
from apps.billing.services.numbering import Issuing, check_series
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.running import park
from apps.billing.services.taxing import tax_draft
from apps.contracts.models import Account, User

BATCH = 5_000  # documents in one transaction
Stage = RunAccount.Stage


@transaction.atomic
def begin_finalising(*, run: InvoiceRun, issued_on: date, at: datetime) -> InvoiceRun:
    """Let the run's drafts be made final, dated ``issued_on``; those parked are tried again.

    Clause: V-3.4.6.

    :raises BillingRefused: the run is still under way, the date is to come, before the last of a
        series, or in a closed month.
    """
    run = InvoiceRun.objects.select_for_update().get(pk=run.pk)
    if run.state != InvoiceRun.State.DONE:
        raise BillingRefused("The run is still under way. Wait until all accounts are drafted.")
    used = run.documents.filter(state=Document.State.DRAFT).values("series")
    for series in Series.objects.filter(pk__in=used).select_related("seller"):
        check_date(series.seller, issued_on=issued_on, at=at)
        check_series(series, issued_on=issued_on)
    hold_books(dated_on=issued_on)
    RunAccount.objects.filter(run=run, stage=Stage.FINALISING).delete()
    run.issued_on, run.trouble, run.moved_at = issued_on, "", at
    run.save()
    return run


@transaction.atomic
def finalise_batch(*, run: InvoiceRun, at: datetime, by: User | None, size: int = BATCH) -> bool:
    """Make the run's next drafts final; tell whether there may be more.

    An account that cannot be billed any more is parked, and its draft stays one.

    Clause: V-3.4.6, S-12, S-13.

    :raises BillingRefused: the run's date is before the last of a series, or in a closed month.
    """
    run = InvoiceRun.objects.select_for_update().get(pk=run.pk)
    drafts = _next(run, size)
    if not drafts:
        return False
    accounts = [document.account_id for document in drafts]
    held = Account.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
    by_key = {account.pk: account for account in held}
    drafts = _still_there(drafts, by_key)
    reasons = _prepare(drafts, on=run.issued_on)
    going = [document for document in drafts if document.account_id not in reasons]
    how = Issuing(run.issued_on, at, by)
    finalise_held(going, how)
    # Only what is due already can change how an account stands.
    late = [each.account_id for each in going if each.due_on and each.due_on < at.date()]
    if late:
        settled_all(accounts=late, at=at)
    park(run, accounts, reasons, stage=Stage.FINALISING, at=at)
    InvoiceRun.objects.filter(pk=run.pk).update(moved_at=at)
    return True


def stop_run(*, run: InvoiceRun, why: str, at: datetime) -> None:
    """Say on the run why it stopped."""
    InvoiceRun.objects.filter(pk=run.pk).update(trouble=why[:250], moved_at=at)


def _next(run: InvoiceRun, size: int) -> Sequence[Document]:
    parked = RunAccount.objects.filter(run=run, stage=Stage.FINALISING).values("account")
    drafts = run.documents.filter(state=Document.State.DRAFT).exclude(account__in=parked)
    return list(drafts.order_by("account_id", "pk")[:size])


def _still_there(drafts: Sequence[Document], accounts: Mapping[int, Account]) -> Sequence[Document]:
    """Return the drafts as they are now that their accounts are held, in the accounts' order."""
    rows = Document.objects.select_for_update(of=("self",)).filter(
        pk__in=[document.pk for document in drafts], state=Document.State.DRAFT
    )
    is_undecided = ExpressionWrapper(Q(pk__in=undecided_documents()), BooleanField())
    rows = rows.annotate(is_undecided=is_undecided)
    # Sorted once more: an invoice stays before the credit note beside it.
    found = sorted(rows.order_by("pk"), key=lambda document: document.account_id)
    for document in found:
        document.account = accounts[document.account_id]
    return found


def _prepare(drafts: Sequence[Document], *, on: date) -> dict[int, str]:
    """Tax drafts as of the day; return account -> why its draft cannot be made final."""
    profiles = profiles_of([document.account_id for document in drafts])
    taxed = is_taxed_as_of(drafts, profiles, on)
    reasons: dict[int, str] = {}
    for document in drafts:
        reason = _problem(document, profiles, on=on, is_taxed=document.pk in taxed)
        if reason:  # of an invoice or of the credit note beside it: both wait
            reasons[document.account_id] = reason
    return reasons


def _problem(
    document: Document, profiles: Mapping[int, BillingProfile], *, on: date, is_taxed: bool
) -> str:
    problem = problem_of(document, profiles.get(document.account_id))
    if not problem and getattr(document, "is_undecided", False):
        problem = UNDECIDED
    if problem or is_taxed:
        return problem
    try:
        with transaction.atomic():
            tax_draft(document, on=on, category=profiles[document.account_id].tax_category)
    except BillingRefused as refusal:
        return str(refusal)
    return ""
