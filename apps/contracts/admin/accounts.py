"""Accounts, and the people who may speak for them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.contracts.admin.calendars import ReadOnlyInline
from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.admin.sheets import SheetAdmin
from apps.contracts.models import Account, AuthorisedUser, Order
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet


class OrderInline(ReadOnlyInline):
    model = Order
    fields = ["link", "version", "plan", "state", "starts_on", "ends_on"]
    readonly_fields = ["link"]
    verbose_name_plural = "Orders"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("version__policy", "plan")

    @display(description="Order")
    def link(self, order: Order) -> SafeString:
        url = reverse("admin:contracts_order_change", args=[order.pk])
        return format_html('<a class="fl-link" href="{}">{}</a>', url, order.number)


@admin.register(Account)
class AccountAdmin(SheetAdmin, KeptAdmin):
    """A reseller or client, with its orders, people and open tickets on one page."""

    sheet = AccountSheet
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name", "change_reason"]
    inlines = [OrderInline]
    change_form_outer_after_template = "admin/contracts/account/people_and_tickets.html"


@admin.register(AuthorisedUser)
class AuthorisedUserAdmin(SheetAdmin, KeptAdmin):
    """A person who may open tickets under an order."""

    sheet = AuthorisedUserSheet
    list_display = ["name", "email", "account", "order", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["order__account"]
    search_fields = ["name", "email", "order__number", "order__account__name"]
    ordering = ["name", "pk"]
    autocomplete_fields = ["order"]
    fields = ["order", "name", "email", "is_active", "change_reason"]

    @display(description="Account")
    def account(self, user: AuthorisedUser) -> str:
        return user.order.account.name
