"""What is charged and not invoiced yet, what was paid, and the statement of account."""

from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.billing.files.statement_pdf import statement_pdf
from apps.billing.queries.reports.shape import Asked
from apps.billing.queries.reports.statement import CLOSING, OPENING, statement_rows
from apps.portal.access import SeatedRequest, page
from apps.portal.forms.money import PeriodForm
from apps.portal.queries.costs import costs_of
from apps.portal.queries.money import home_money, today_at
from apps.portal.queries.payments import payments_of

LISTED = 500  # rows of a statement on its page; the PDF has all


@page(needs="money")
def charges(request: SeatedRequest) -> HttpResponse:
    """Show what the next invoice bills, with why, and what waits for a quote or a finding.

    Clause: R-8, R-9, S-4, S-13, S-13.1.
    """
    zone = timezone.get_current_timezone_name()
    found = costs_of(request.seat.account, after=request.GET.get("after", ""), zone=zone)
    return TemplateResponse(request, "portal/money/charges.html", {"found": found})


@page(needs="money")
def payments(request: SeatedRequest) -> HttpResponse:
    """Show what was paid, what it settled, and what is left of it.

    Clause: V-3.4.6.
    """
    found, rows = payments_of(request.seat.account, after=request.GET.get("after", ""))
    sums = home_money(request.seat, at=timezone.now())
    context = {"found": found, "rows": rows, "sums": sums}
    return TemplateResponse(request, "portal/money/payments.html", context)


@page(needs="money")
def statement(request: SeatedRequest) -> HttpResponse:
    """Show what was owed, each document and payment of a period, and what is owed then.

    Clause: V-3.4.6, S-12.
    """
    form = _period(request)
    rows: list[Any] = []
    if form.is_valid():
        rows = list(islice(statement_rows(_asked(request, form)), LISTED + 1))
    context = {
        "form": form,
        "rows": rows[:LISTED],
        "is_cut": len(rows) > LISTED,
        "kinds": {"opening": OPENING, "closing": CLOSING},
    }
    return TemplateResponse(request, "portal/money/statement.html", context)


@page(needs="money")
def statement_file(request: SeatedRequest) -> HttpResponse:
    """Return the statement of a period as PDF; of none that can be, lead to the page that says so.

    Clause: V-3.4.6, S-12.
    """
    form = _period(request)
    if not form.is_valid():
        return redirect(f"{reverse('portal:statement')}?{request.GET.urlencode()}")
    asked = _asked(request, form)
    response = HttpResponse(statement_pdf(asked), content_type="application/pdf")
    name = f"statement-{asked.since}-{asked.until}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _period(request: SeatedRequest) -> PeriodForm:
    given = request.GET if {"since", "until"} & request.GET.keys() else None
    today = today_at(request.seat, at=timezone.now())
    return PeriodForm(given or PeriodForm.lately(today))


def _asked(request: SeatedRequest, form: PeriodForm) -> Asked:
    days = form.cleaned_data
    return Asked(days["since"], days["until"], account_id=request.seat.account.pk)
