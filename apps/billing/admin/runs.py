"""Invoice runs: the list, a page with progress and parked accounts, and starting one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.billing import tasks
from apps.billing.admin.acting import FORM_REFUSED, MoneyAdmin, account_link, day, instant, person
from apps.billing.admin.fields import day_field, day_of
from apps.billing.models import Document, InvoiceRun, RunAccount
from apps.billing.queries.ready import ready_charges
from apps.billing.services.refusal import BillingRefused
from apps.billing.services.run_finalising import begin_finalising
from apps.billing.services.running import documents_of, retry_parked, start_run
from apps.contracts.models import User
from apps.outbox.readonly import ReadOnlyAdmin

MOST_PARKED = 100  # on the run's page
STILL = timedelta(minutes=2)  # without a batch, it waits for somebody
State, Stage = InvoiceRun.State, RunAccount.Stage
NO_BROKER = "The workers cannot be reached just now. It is kept: press “Go on” in a while."


class RunForm(forms.Form):
    """What a run takes, and the date of its documents."""

    through_on = day_field("Incurred through")
    issued_on = day_field("Date of the documents")


def go_on(run: InvoiceRun, given: QueryDict, by: User, at: datetime) -> str:
    if run.state == State.DONE:
        raise BillingRefused("The run is done.")
    ask(lambda: tasks.draft_run.delay(run.pk))
    return "It goes on."


def retry(run: InvoiceRun, given: QueryDict, by: User, at: datetime) -> str:
    drafted = retry_parked(run=run, at=at)
    if not drafted:
        raise BillingRefused("All of them still have the problem that is said below.")
    return f"{drafted} of the parked accounts {'is' if drafted == 1 else 'are'} drafted."


def finalise(run: InvoiceRun, given: QueryDict, by: User, at: datetime) -> str:
    begin_finalising(run=run, issued_on=day_of(given), at=at)
    ask(lambda: tasks.finalise_run.delay(run.pk, by.pk))
    return "The drafts are being made final: this page shows how far it is."


ACTS = {"go-on": go_on, "retry": retry, "finalise": finalise}


def ask(send: Callable[[], Any]) -> None:
    """Ask the workers for something, once what was written is there.

    :raises BillingRefused: they cannot be reached.
    """

    def sent() -> None:
        try:
            send()
        except Exception as error:  # whatever the broker's library raises
            raise BillingRefused(NO_BROKER) from error

    transaction.on_commit(sent)


@admin.register(InvoiceRun)
class InvoiceRunAdmin(MoneyAdmin):
    """A person starts a run; workers carry it out; its page shows how far it is."""

    when_empty = (
        "Start one with the plus sign: it drafts an invoice for each account that has charges."
    )
    list_display = ["through", "issued", "state_tag", "progress", "started", "who"]
    list_display_links = ["through"]
    list_filter = ["state"]
    ordering = ["-through_on"]
    page_template = "admin/billing/invoicerun/page.html"
    page_related = ("started_by",)
    acts = ACTS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_invoicerun")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvoiceRun]:
        return super().get_queryset(request).select_related("started_by")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("<int:pk>/live/", self.live_view, name="billing_invoicerun_live"),
            *super().get_urls(),
        ]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Start a run, or go to the one of that day."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        form = RunForm(request.POST or None, initial={"through_on": today, "issued_on": today})
        if request.method == "POST" and form.is_valid():
            try:
                run = start_run(at=timezone.now(), by=person(request), **form.cleaned_data)
            except BillingRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                self._begin(request, run)
                page = reverse("admin:billing_invoicerun_change", args=[run.pk])
                return HttpResponseRedirect(page)
        context = {**self.site(request), "opts": None, "title": "New invoice run", "form": form}
        status = FORM_REFUSED if form.errors else None
        return TemplateResponse(
            request, "admin/billing/invoicerun/new.html", context, status=status
        )

    def _begin(self, request: HttpRequest, run: InvoiceRun) -> None:
        if run.state == State.DONE:
            messages.info(request, "This run is done already: nothing is invoiced twice.")
            return
        try:
            ask(lambda: tasks.draft_run.delay(run.pk))
        except BillingRefused as refusal:
            messages.warning(request, str(refusal))

    def live_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return how far the run is: what its page reads again by itself."""
        if not self.admin_site.has_permission(request):
            return HttpResponse(status=403)
        run = self.found(request, pk)
        context = self.page_of(request, run)
        return TemplateResponse(request, "admin/billing/invoicerun/live.html", context)

    def page_of(self, request: HttpRequest, record: InvoiceRun) -> dict[str, Any]:
        counts = documents_of(record)
        parked = RunAccount.objects.filter(run=record).select_related("account")
        stages = list(parked.order_by().values_list("stage", flat=True))
        moved = record.moved_at or record.started_at
        is_still = timezone.now() - moved > STILL
        held_back = parked.filter(stage=Stage.FINALISING).order_by().values("account")
        drafts = record.documents.filter(state=Document.State.DRAFT)
        has_drafts = drafts.exclude(account__in=held_back).exists()
        is_final_begun = counts[Document.State.FINAL] > 0 and has_drafts and not record.trouble
        return {
            "run": record,
            "drafts": counts[Document.State.DRAFT],
            "final": counts[Document.State.FINAL],
            "parked": parked.order_by("account__name")[:MOST_PARKED],
            "parked_count": len(stages),
            "parked_drafting": stages.count(Stage.DRAFTING),
            "ready_count": _ready_again(record) if record.state == State.DONE else 0,
            "is_still": is_still,
            "is_moving": not is_still and (record.state == State.OPEN or is_final_begun),
            "today": timezone.localdate().isoformat(),
        }

    @display(description="Through")
    def through(self, row: InvoiceRun) -> SafeString | str:
        return day(row.through_on)

    @display(description="Dated")
    def issued(self, row: InvoiceRun) -> SafeString | str:
        return day(row.issued_on)

    @display(description="State", label={State.OPEN: "info", State.DONE: "success"})
    def state_tag(self, row: InvoiceRun) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Accounts")
    def progress(self, row: InvoiceRun) -> str:
        return f"{row.accounts_done:,} of {row.accounts_total:,}"

    @display(description="Started")
    def started(self, row: InvoiceRun) -> SafeString:
        return instant(row.started_at)

    @display(description="By")
    def who(self, row: InvoiceRun) -> str:
        return str(row.started_by or "The system")


def _ready_again(run: InvoiceRun) -> int:
    """Return how many accounts have work through the run's day that is on no document."""
    parked = RunAccount.objects.filter(run=run).values("account")
    ready = ready_charges(through_on=run.through_on).exclude(account__in=parked)
    return ready.order_by().values("account").distinct().count()


@admin.register(RunAccount)
class RunAccountAdmin(ReadOnlyAdmin):
    """Accounts that runs left out: look and search."""

    list_display = ["account_tag", "run", "stage", "reason"]
    list_display_links = ["run"]
    list_filter = ["stage"]
    list_select_related = ["account", "run"]
    search_fields = ["account__name__icontains"]
    search_help_text = "Account"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Account")
    def account_tag(self, row: RunAccount) -> SafeString | str:
        return account_link(row.account)
