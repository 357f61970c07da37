"""What Celery runs: thin shells around the services."""

from celery import shared_task
from django.utils import timezone

from apps.billing.models import InvoiceRun
from apps.billing.services import BillingRefused, closing, exporting, imports, plan_fees, rating
from apps.billing.services.run_finalising import finalise_batch, stop_run
from apps.billing.services.running import draft_batch, rate_first
from apps.billing.services.standing_sweep import retell_standings
from apps.billing.services.standing_sweep import review_standings as review_all
from apps.contracts.models import User


@shared_task(name="apps.billing.tasks.make_export")
def make_export(batch_id: int) -> None:
    """Run once an export is asked for. Safe to run late, twice, or in two places at once."""
    exporting.make_export(batch_id=batch_id, at=timezone.now())


@shared_task(name="apps.billing.tasks.make_exports")
def make_exports() -> None:
    """Run every minute, for exports whose nudge or worker was lost. Safe to run twice."""
    exporting.make_waiting(at=timezone.now())


@shared_task(name="apps.billing.tasks.book_imports")
def book_imports() -> None:
    """Run every half a minute. Safe to run late, twice, or in two places at once."""
    imports.book_pending(at=timezone.now())


@shared_task(name="apps.billing.tasks.rate_work")
def rate_work() -> None:
    """Run every minute. Safe to run late, twice, or on many workers at once."""
    rating.rate_marked(at=timezone.now())


@shared_task(name="apps.billing.tasks.rate_plan_fees")
def rate_plan_fees() -> None:
    """Run every hour. Safe to run late, twice, or on many workers at once."""
    plan_fees.rate_due(at=timezone.now())


@shared_task(name="apps.billing.tasks.draft_run")
def draft_run(run_id: int) -> None:
    """Draft a batch of a run, and ask for the next. Safe to run late, twice, or in two places."""
    run = InvoiceRun.objects.get(pk=run_id)
    rate_first(run=run, at=timezone.now())
    if draft_batch(run=run, at=timezone.now()):
        draft_run.delay(run_id)


@shared_task(name="apps.billing.tasks.finalise_run")
def finalise_run(run_id: int, by_id: int | None) -> None:
    """Make a batch of a run final, and ask for the next. Safe to run late, twice, or anywhere."""
    run = InvoiceRun.objects.get(pk=run_id)
    by = User.objects.get(pk=by_id) if by_id else None
    try:
        has_more = finalise_batch(run=run, at=timezone.now(), by=by)
    except BillingRefused as refusal:
        stop_run(run=run, why=str(refusal), at=timezone.now())
        return
    if has_more:
        finalise_run.delay(run_id, by_id)


@shared_task(name="apps.billing.tasks.verify_ledger")
def verify_ledger() -> None:
    """Run once a night. What it finds stands on the page of the month's end."""
    at = timezone.now()
    closing.check_ledger(as_of=at.date(), at=at, by=None)


@shared_task(name="apps.billing.tasks.review_standings")
def review_standings() -> None:
    """Run every hour. Safe to run late, twice, or on many workers at once."""
    at = timezone.now()
    review_all(at=at)
    retell_standings(at=at)
