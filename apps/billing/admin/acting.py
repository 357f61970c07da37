"""Records of money with a page of their own: looked at by many, acted on through services."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.billing.services.refusal import BillingRefused
from apps.contracts.admin.keys import key_in
from apps.contracts.models import Account, User
from apps.outbox.readonly import ReadOnlyAdmin

FORM_REFUSED = 422
Act = Callable[[Any, QueryDict, User, datetime], str]


class MoneyAdmin(ReadOnlyAdmin):
    """A record, its page, and its acts: each calls one service, and says why not."""

    page_template: ClassVar[str]
    acts: ClassVar[Mapping[str, Act]] = {}
    page_related: ClassVar[tuple[str, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            path("<int:pk>/act/<slug:name>/", view(self.act_view), name=name),
            *super().get_urls(),
        ]

    def page_of(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Return what the record's page shows."""
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        record = self.found(request, key_in(object_id))
        if request.method == "POST":
            raise PermissionDenied  # the page has its own forms; nothing edits the row
        return self.show(request, record)

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do what a button says; or show the page again with what was typed, and why not."""
        record = self.found(request, pk)
        if not self.has_act_permission(request):
            raise PermissionDenied
        if name not in self.acts:
            raise Http404
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(page)
        try:
            done = self.acts[name](record, request.POST, person(request), timezone.now())
        except BillingRefused as refusal:
            now = self.found(request, pk)  # as it is now
            typed = {"problem": str(refusal), "refused": name, "typed": request.POST.dict()}
            return self.show(request, now, status=FORM_REFUSED, **typed)
        messages.success(request, done)
        return HttpResponseRedirect(page)

    def found(self, request: HttpRequest, pk: int) -> Any:
        """Return the record for somebody who may see it."""
        record = self.model._default_manager.select_related(*self.page_related).filter(pk=pk)
        row = record.first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def show(
        self, request: HttpRequest, record: Any, *, status: int | None = None, **typed: Any
    ) -> HttpResponse:
        context = {
            **self.site(request),
            **self.page_of(request, record),
            "title": str(record),
            "original": record,
            "may_act": self.has_act_permission(request),
            **typed,
        }
        return TemplateResponse(request, self.page_template, context, status=status)

    def site(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the site is given."""
        site = self.admin_site.each_context(request)
        return {**site, "opts": self.opts, "media": self.media}


def person(request: HttpRequest) -> User:
    """Return who asks: the admin lets nobody else in."""
    return cast(User, request.user)


def account_link(account: Account | None) -> SafeString | str:
    """Return an account's name, leading to its page."""
    if account is None:
        return "–"
    url = reverse("admin:contracts_account_change", args=[account.pk])
    return format_html('<a class="fl-link" href="{}">{}</a>', url, account)


def money(amount: Any, currency: str) -> SafeString:
    """Return an amount with its currency, on one line and with thousands set apart."""
    return one_line(f"{amount:,.2f} {currency}")


def plain_money(amounts: Iterable[tuple[Decimal | str, str]]) -> str:
    """Return amounts of several currencies, one behind the other."""
    return ", ".join(f"{Decimal(amount):,.2f} {currency}" for amount, currency in amounts)


def day(on: date | None) -> SafeString | str:
    """Return a day, on one line."""
    return one_line(f"{on:%Y-%m-%d}") if on else "–"


def instant(at: datetime) -> SafeString:
    """Return a moment on the reader's clock, on one line."""
    return one_line(date_format(timezone.localtime(at), "DATETIME_FORMAT"))


def one_line(text: str) -> SafeString:
    """Return text that is never broken into lines."""
    return format_html('<span class="fl-nowrap">{}</span>', text)
