"""The invoice run: what was incurred through a day, to drafts, account after account.

It goes in batches, each a transaction that also says how far the run is. Killed in the middle it
goes on behind the last batch that is there; pressed twice, or by two workers at once, the second
finds nothing left to do. An account with a problem is parked with the reason.

Clause: V-3.4.6, S-4, S-13, R-8.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from apps.billing.models import BillingProfile, Document, InvoiceRun, RunAccount
from apps.billing.queries.rates import rates_on
from apps.billing.queries.ready import ready_charges
from apps.billing.services.drafting import NO_PROFILE, PAUSED, Drafting, draft_held
from apps.billing.services.rating import rate_pending
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.run_batch import Sum, draft_batch_of, netted
from apps.contracts.models import Account, User

BATCH = 5_000  # accounts in one transaction
State = InvoiceRun.State
Stage = RunAccount.Stage
ZONES = timedelta(hours=14)  # where on Earth the day begins first


@transaction.atomic
def start_run(*, through_on: date, issued_on: date, at: datetime, by: User | None) -> InvoiceRun:
    """Begin the run of a day, or return the one that is there.

    Clause: V-3.4.6.

    :raises BillingRefused: a date is to come.
    """
    latest = (at + ZONES).date()
    for on in (through_on, issued_on):
        if on > latest:
            raise BillingRefused(f"{on} is to come. Use {latest} or an earlier day.")
    run, is_new = InvoiceRun.objects.get_or_create(
        through_on=through_on,
        defaults={"issued_on": issued_on, "started_at": at, "started_by": by, "moved_at": at},
    )
    if not is_new and run.issued_on != issued_on:
        raise BillingRefused(
            f"The run through {through_on} is there already, and its invoices are dated"
            f" {run.issued_on}."
        )
    return run


def rate_first(*, run: InvoiceRun, at: datetime) -> None:
    """Rate what is marked and not rated yet, before a run takes its first account.

    Clause: R-8, S-4, S-13.
    """
    if run.state == State.OPEN and run.last_account == 0:
        rate_pending(at=at)


@transaction.atomic
def draft_batch(*, run: InvoiceRun, at: datetime, size: int = BATCH) -> bool:
    """Draft for the run's next accounts; tell whether there may be more.

    Two workers take turns at the run's row.

    Clause: V-3.4.6, S-13, R-8.
    """
    run = InvoiceRun.objects.select_for_update().get(pk=run.pk)
    if run.state == State.DONE:
        return False
    waiting = _ready(run).filter(account__gt=run.last_account).order_by("account_id")
    accounts = list(waiting.values_list("account", flat=True).distinct()[:size])
    if run.last_account == 0:
        run.accounts_total = _ready(run).values("account").distinct().count()
    if accounts:
        draft_accounts(run=run, accounts=accounts, at=at)
        run.last_account = accounts[-1]
        run.accounts_done += len(accounts)
    else:
        run.state, run.finished_at = State.DONE, at
        run.accounts_total = run.accounts_done
    run.moved_at = at
    run.save()
    return bool(accounts)


@transaction.atomic
def retry_parked(*, run: InvoiceRun, at: datetime) -> int:
    """Draft for the accounts that the run parked, if they are in order now; return how many were.

    Clause: V-3.4.6.
    """
    run = InvoiceRun.objects.select_for_update().get(pk=run.pk)
    parked = RunAccount.objects.filter(run=run, stage=Stage.DRAFTING).order_by("account_id")
    accounts = list(parked.values_list("account", flat=True))
    for start in range(0, len(accounts), BATCH):
        draft_accounts(run=run, accounts=accounts[start : start + BATCH], at=at)
    return len(accounts) - parked.count()


def draft_accounts(*, run: InvoiceRun, accounts: Sequence[int], at: datetime) -> None:
    """Draft for accounts, given in the order of their keys; the caller holds the run.

    Those that have a document of the run already are left as they are.
    """
    list(
        Account.objects.select_for_update(no_key=True)
        .filter(pk__in=accounts)
        .order_by("pk")
        .values_list("pk")
    )
    how = Drafting(run.through_on, run.issued_on, at, run.started_by, run)
    there = set(run.documents.filter(account__in=accounts).values_list("account", flat=True))
    with netted([key for key in accounts if key not in there], through_on=run.through_on) as sums:
        parked = _draft_all(sums, how)
    park(run, accounts, parked, stage=Stage.DRAFTING, at=at)


def _draft_all(sums: Mapping[int, Sum], how: Drafting) -> dict[int, str]:
    """Draft for those accounts that have no problem; return the others, each with its reason."""
    rows = BillingProfile.objects.filter(account__in=list(sums))
    profiles = {row.account_id: row for row in rows.select_related("tax_category", "account")}
    percents = rates_on({row.tax_category_id for row in profiles.values()}, on=how.issued_on)
    parked = {key: _problem(each, profiles.get(key), percents, how) for key, each in sums.items()}
    parked = {key: reason for key, reason in parked.items() if reason}
    fine = [each for key, each in sums.items() if key not in parked]
    draft_batch_of([each for each in fine if not each.goes_back], profiles, percents, how)
    # They are few, as a rule: what goes back of a line is not for one statement to say.
    back = [profiles[each.account] for each in fine if each.goes_back]
    if back:
        draft_held(back, percents, how)
    return parked


def park(
    run: InvoiceRun,
    accounts: Collection[int],
    reasons: Mapping[int, str],
    *,
    stage: str,
    at: datetime,
) -> None:
    """Park the accounts that have a reason, and take back what was said of the others."""
    RunAccount.objects.filter(run=run, account__in=accounts).delete()
    RunAccount.objects.bulk_create(
        RunAccount(run=run, account_id=key, stage=stage, reason=reason[:250], at=at)
        for key, reason in reasons.items()
    )


def _ready(run: InvoiceRun):
    return ready_charges(through_on=run.through_on)


def _problem(
    each: Sum,
    profile: BillingProfile | None,
    percents: Mapping[int, Decimal],
    how: Drafting,
) -> str:
    """Return why an account cannot be drafted for, or nothing."""
    if profile is None:
        return NO_PROFILE
    others = sorted(each.currencies - {profile.currency})
    problems = [
        (profile.is_paused, PAUSED),
        (others, f"It is billed in {profile.currency} and has charges in {', '.join(others)}."),
        (
            profile.tax_category_id not in percents,
            f"The tax category “{profile.tax_category}” has no rate on {how.issued_on}.",
        ),
    ]
    return next((words for is_so, words in problems if is_so), "")


def documents_of(run: InvoiceRun) -> Mapping[str, int]:
    """Return how many documents of a run are drafts, and how many final."""
    states = Document.State
    return {state: run.documents.filter(state=state).count() for state in states.values}
