"""Accounts, and the people who may speak for them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.admin.sheets import SheetAdmin
from apps.contracts.admin.standing import StandingPage
from apps.contracts.models import Account, AuthorisedUser, Order
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet

MOST_DIGITS = 18  # what a key holds


@admin.register(Account)
class AccountAdmin(StandingPage, SheetAdmin, KeptAdmin):
    """A reseller or client. Its page shows all that is so of it now; the back office reads that."""

    sheet = AccountSheet
    list_display = ["name"]
    search_fields = ["name"]
    search_help_text = "Name, order number or a user's address"
    ordering = ["name"]
    fields = ["name", "change_reason"]

    class Media:
        css = {"all": ["faultline/tickets.css", "faultline/accounts.css"]}
        js = ["faultline/tickets.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).select_related("standing")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find an account by its name too, and by what a caller can say: a number, an address."""
        named, may_repeat = super().get_search_results(request, queryset, search_term)
        words = search_term.strip()
        if not words:
            return named, may_repeat
        orders = Order.objects.filter(number__icontains=words)
        users = AuthorisedUser.objects.filter(email__icontains=words)
        known = Q(pk__in=orders.values("account")) | Q(pk__in=users.values("order__account"))
        return named | queryset.filter(known), may_repeat


class OfAccountFilter(admin.SimpleListFilter):
    """One account of very many: chosen by a link, and then named; it is not listed."""

    title = "account"
    parameter_name = "account"

    def has_output(self) -> bool:
        return self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[Any]:
        chosen = self.value() or ""
        if not (chosen.isdecimal() and len(chosen) <= MOST_DIGITS):
            return []
        return list(Account.objects.filter(pk=int(chosen)).values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        known = [pk for pk, _ in self.lookup_choices]
        return queryset.filter(order__account__in=known)


@admin.register(AuthorisedUser)
class AuthorisedUserAdmin(SheetAdmin, KeptAdmin):
    """A person who may open tickets under an order."""

    sheet = AuthorisedUserSheet
    list_display = ["name", "email", "account", "order", "is_active"]
    list_filter = ["is_active", OfAccountFilter]
    list_select_related = ["order__account"]
    search_fields = ["name", "email", "order__number", "order__account__name"]
    ordering = ["name", "pk"]
    autocomplete_fields = ["order"]
    fields = ["order", "name", "email", "is_active", "change_reason"]

    @display(description="Account")
    def account(self, user: AuthorisedUser) -> str:
        return user.order.account.name
