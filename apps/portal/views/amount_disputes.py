"""Disputes of amounts: raised on a line, followed, withdrawn."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.billing.models import BillingDispute, Line
from apps.billing.services.disputes import raise_dispute, withdraw_dispute
from apps.billing.services.refusal import BillingRefused
from apps.contracts.models import AuthorisedUser
from apps.portal.access import SeatedRequest, move_to, page
from apps.portal.forms.money import DisputeForm, WithdrawForm
from apps.portal.queries.amount_disputes import (
    dispute_at,
    disputes_of,
    left_of,
    line_at,
    meaning_for,
    shown,
)
from apps.portal.queries.keyset import number_in
from apps.portal.queries.refusals import in_full
from apps.portal.queries.seats import RIGHTS

REFUSED = 422
LISTED = 25  # on a page


@page(needs="money")
def amount_disputes(request: SeatedRequest) -> HttpResponse:
    """List the account's disputes, the latest first.

    Clause: S-12, R-5.
    """
    rows, before = disputes_of(request.seat.account), number_in(request.GET.get("before", ""))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: LISTED + 1])
    context = {
        "rows": found[:LISTED],
        "next": found[LISTED - 1].pk if len(found) > LISTED else 0,
        "is_first": not before,
    }
    return TemplateResponse(request, "portal/money/disputes.html", context)


@page(needs="money")
def amount_dispute(request: SeatedRequest, dispute: int) -> HttpResponse:
    """Show a dispute: its steps, the decision, and what it means meanwhile.

    Clause: S-12, R-5.
    """
    return _page(request, _dispute(request, dispute))


@page(needs="money", methods=("GET", "POST"))
def dispute_line(request: SeatedRequest, line: int) -> HttpResponse:
    """Take down that somebody disputes so much of a line, and why.

    Clause: S-12, R-5.
    """
    row = _line(request, line)
    if request.method != "POST":
        return _form(request, row, None)
    form = DisputeForm(request.POST)
    if form.is_valid():
        try:
            made = raise_dispute(
                line=row,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                source_key=f"portal:{form.key(row.pk)}",
                client=_speaker(request),
                by=None,
                at=timezone.now(),
            )
        except BillingRefused as refusal:
            form.add_error(None, in_full(refusal, request.seat.orders))
        else:
            messages.success(request, _("Your dispute is taken down. You hear from us by mail."))
            return redirect("portal:amount_dispute", made.pk)
    return _form(request, row, form, status=REFUSED)


@page(needs="money", methods=("POST",))
def dispute_withdraw(request: SeatedRequest, dispute: int) -> HttpResponse:
    """Take down that a dispute is not held up.

    Clause: S-12, R-5.
    """
    row = _dispute(request, dispute)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdraw_dispute(
                dispute=row,
                seen=form.cleaned_data["seen"],
                text=form.cleaned_data["text"],
                by=None,
                client=_speaker(request),
                at=timezone.now(),
            )
        except BillingRefused as refusal:
            form.add_error(None, in_full(refusal, request.seat.orders))
        else:
            messages.success(request, _("Your dispute is withdrawn."))
            return redirect("portal:amount_dispute", row.pk)
    return _page(request, _dispute(request, dispute), form, status=REFUSED)


def _page(
    request: SeatedRequest,
    row: BillingDispute,
    form: WithdrawForm | None = None,
    *,
    status: int | None = None,
) -> HttpResponse:
    context = {
        "found": shown(row),
        "dispute": row,
        "document": row.document,
        "meaning": meaning_for(row.account, at=timezone.now()),
        "form": form or WithdrawForm(initial={"seen": row.revision}),
    }
    return TemplateResponse(request, "portal/money/dispute.html", context, status=status)


def _form(
    request: SeatedRequest, line: Line, form: DisputeForm | None, *, status: int | None = None
) -> HttpResponse:
    left = left_of(line)
    context = {
        "form": form or DisputeForm.fresh(amount=left),
        "line": line,
        "document": line.document,
        "left": left,
        "meaning": meaning_for(line.document.account, at=timezone.now()),
    }
    return TemplateResponse(request, "portal/money/dispute_line.html", context, status=status)


def _dispute(request: SeatedRequest, key: int) -> BillingDispute:
    row = dispute_at(key, accounts=[seat.account for seat in request.seats])
    if row is None:
        raise Http404("No such dispute.")
    move_to(request, row.account_id, needs="money")
    return row


def _line(request: SeatedRequest, key: int) -> Line:
    row = line_at(key, accounts=[seat.account for seat in request.seats])
    if row is None:
        raise Http404("No such line.")
    move_to(request, row.document.account_id, needs="money")
    return row


def _speaker(request: SeatedRequest) -> AuthorisedUser:
    """Return as whom they speak: the authorised user of the newest order that gives the right."""
    people = request.seat.people.values()
    return next(person for person in people if getattr(person, RIGHTS["money"]))
