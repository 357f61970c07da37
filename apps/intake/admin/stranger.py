"""Somebody asks who is no authorised user: they are refused, and what they ask is kept."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.contracts.admin.keys import key_in
from apps.contracts.models import Account, User
from apps.intake import services
from apps.intake.admin.new_request import FORM_REFUSED
from apps.intake.admin.new_request_form import AskedForm
from apps.tickets.models import Ticket

STRANGER = "admin/intake/request/stranger.html"
MOST_NAMED = 5


class StrangerForm(AskedForm):
    """Who asks, for which account, and what."""

    field_order = ("sender", "account", "channel", "number")
    sender = forms.CharField(
        max_length=320,
        label="Who asks",
        error_messages={"required": "Write their mail address, or else their name."},
    )
    account = forms.CharField(max_length=160, required=False, label="Account")
    number = forms.CharField(max_length=40, required=False, label="Number")

    def __init__(self, data: Any = None, **initial: Any) -> None:
        super().__init__(data, auto_id="stranger_%s", initial=initial)

    def clean_sender(self) -> str:
        return " ".join(self.cleaned_data["sender"].split())

    def clean_account(self) -> Account | None:
        """Return the account whose name it is, or the only one that has it in its name."""
        words = " ".join(self.cleaned_data["account"].split())
        if not words:
            return None
        named = list(Account.objects.filter(name__iexact=words)[:2])
        if len(named) != 1:
            fitting = Account.objects.filter(name__icontains=words).order_by("name")
            named = list(fitting[: MOST_NAMED + 1])
        if not named:
            raise forms.ValidationError("No account has that name: leave it empty if none fits.")
        if len(named) > 1:
            some = ", ".join(f"“{account}”" for account in named[:MOST_NAMED])
            more = " and more" if len(named) > MOST_NAMED else ""
            raise forms.ValidationError(f"Several fit: {some}{more}. Write the whole name.")
        return named[0]


def refuse(request: HttpRequest, *, site: dict[str, Any]) -> HttpResponse:
    """Ask who it is and what they want; keep it as refused, and show the answer.

    Clause: V-3.5, V-1.2.
    """
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    if request.method != "POST":
        account = Account.objects.filter(pk=key_in(request.GET.get("account", ""))).first()
        words = request.GET.get("q", "")[:320]
        return _page(request, site, StrangerForm(sender=words, account=account or ""))
    form = StrangerForm(request.POST)
    if not form.is_valid():
        return _page(request, site, form)
    given = form.cleaned_data
    act: dict[str, Any] = {
        **{name: given[name] for name in ("sender", "account", "subject", "text")},
        "at": timezone.now(),
        "source_key": f"staff:{form.once}",
        "by": cast(User, request.user),
    }
    try:
        if given["channel"] == Ticket.Channel.PHONE:
            refused = services.refuse_call(number=given["number"], **act)
        else:
            refused = services.refuse_stranger(channel=given["channel"], **act)
    except services.KnownSender as known:
        form.add_error("sender", str(known))
        return _page(request, site, form)
    tells = "is told by mail" if services.was_told(refused) else "was not written to: tell them"
    messages.warning(request, f"Refused, and kept. {refused.sender} {tells}.")
    page = reverse("admin:intake_refusedrequest_change", args=[refused.pk])
    return HttpResponseRedirect(page)


def _page(request: HttpRequest, site: dict[str, Any], form: StrangerForm) -> HttpResponse:
    status = FORM_REFUSED if form.is_bound else None
    return TemplateResponse(request, STRANGER, {**site, "form": form}, status=status)
