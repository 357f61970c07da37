"""Accounts, and the people who may speak for them."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from apps.contracts import queries, read_with, services
from apps.contracts.admin.kept import KeptAdmin, KeptForm
from apps.contracts.admin.orders_page import held
from apps.contracts.admin.read_rows import READ, ReadForm
from apps.contracts.admin.sheets import SheetAdmin
from apps.contracts.admin.standing import StandingPage
from apps.contracts.models import (
    RIGHTS,
    Account,
    AuthorisedUser,
    OptOut,
    Order,
    Standing,
    User,
)
from apps.contracts.sheets.alike import INVISIBLE, ONLY, alike, turns_text
from apps.contracts.sheets.resources import AccountSheet, AuthorisedUserSheet

MOST_DIGITS = 18  # what a key holds
MOST_ORDERS = 3  # of an account, in the list
MOST_SWITCHES = 10  # of mails that somebody does not want, or does again
TAG = '<span class="fl-tag fl-{}" title="{}">{}</span>'
ORDER_LINK = '<span class="fl-line"><a class="fl-link" href="{}">{}</a> {}</span>'
SEES = {
    "standing_badge": "contracts.view_standing",
    "executed_orders": "contracts.view_order",
    "tams": "contracts.view_tamassignment",
}


class StandingFilter(admin.SimpleListFilter):
    """How an account stands; one of which nothing is known is in good standing."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[Any]:
        return [("suspended", "Suspended in any way"), *Standing.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        suspended = Standing.objects.exclude(state=Standing.State.GOOD)
        if self.value() == Standing.State.GOOD:
            return queryset.exclude(pk__in=suspended.values("account"))
        if self.value() != "suspended":
            suspended = suspended.filter(state=self.value())
        return queryset.filter(pk__in=suspended.values("account"))


class AccountForm(KeptForm):
    """A name that nobody takes for another account's, and that hides nothing."""

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if turns_text(name):
            raise ValidationError(f"This name {INVISIBLE}")
        others = Account.objects.exclude(pk=self.instance.pk)
        there = "" if "name" not in self.changed_data else alike(name, column="name", among=others)
        if there and there != name:  # the very same name is refused by its field
            raise ValidationError(
                f"“{name}” {ONLY} “{there}”, which is there. Choose another name."
            )
        return name


@admin.register(Account)
class AccountAdmin(StandingPage, SheetAdmin, KeptAdmin):
    """A reseller or client. Its page shows all that is so of it now; the back office reads that."""

    form = AccountForm
    sheet = AccountSheet
    list_display = ["isolated_name", "standing_badge", "executed_orders", "tams"]
    list_filter = [StandingFilter]
    search_fields = ["name"]
    search_help_text = "Name, order number or a user's address"
    ordering = ["name"]
    fields = ["name", "change_reason"]

    class Media:
        css = {"all": ["faultline/tickets.css", "faultline/accounts.css"]}
        js = ["faultline/tickets.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        rows = super().get_queryset(request).select_related("standing")
        if request.resolver_match and request.resolver_match.url_name == "contracts_account_change":
            for read in read_with.ACCOUNT_PAGE:
                rows = read(rows)
        return rows

    def get_list_display(self, request: HttpRequest) -> list[str]:
        may = request.user.has_perm
        return [name for name in self.list_display if name not in SEES or may(SEES[name])]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [StandingFilter] if request.user.has_perm(SEES["standing_badge"]) else []

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Read the orders and TAMs of the rows shown, in a query each."""
        found: Any = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        executed = Order.objects.executed()  # type: ignore[attr-defined]
        orders = executed.select_related("plan", "version").defer("version__source")
        shown = Prefetch("orders", orders.order_by("-starts_on", "-pk")[: MOST_ORDERS + 1], "shown")
        prefetch_related_objects(found.result_list, shown)
        sees_tams = request.user.has_perm(SEES["tams"])
        every = [order for account in found.result_list for order in account.shown]
        tams = queries.tams_now(every, at=timezone.now()) if sees_tams and every else {}
        for account in found.result_list:
            account.tams_now = [tams[row.pk] for row in account.shown if row.pk in tams]
        return found

    @display(description="Name", ordering="name")
    def isolated_name(self, account: Account) -> SafeString:
        return format_html("<bdi>{}</bdi>", account.name)

    @display(description="Standing")
    def standing_badge(self, account: Account) -> SafeString:
        standing = getattr(account, "standing", None)
        if standing is None or standing.state == Standing.State.GOOD:
            return format_html(TAG, "green", "", "Good")
        text = standing.get_state_display()
        return format_html(TAG, "red", standing.why, text)

    @display(description="Executed orders")
    def executed_orders(self, account: Any) -> SafeString:
        rows = [
            (reverse("admin:contracts_order_change", args=[row.pk]), row.number, row.plan)
            for row in account.shown[:MOST_ORDERS]
        ]
        links = format_html_join("", ORDER_LINK, rows)
        more = "and more" if len(account.shown) > MOST_ORDERS else ""
        return format_html("{}{}", links or "–", more)

    @display(description="TAM now")
    def tams(self, account: Any) -> str:
        return ", ".join(dict.fromkeys(str(row.tam) for row in account.tams_now)) or "–"

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


class AuthorisedUserForm(ReadForm, KeptForm):
    """A person whom nobody changed since this form was read."""


@admin.register(AuthorisedUser)
class AuthorisedUserAdmin(SheetAdmin, KeptAdmin):
    """A person who may open tickets under an order.

    No term of the order, so not amended: a person may change in every state, kept by history.
    """

    form = AuthorisedUserForm
    sheet = AuthorisedUserSheet
    list_display = ["name", "email", "account", "order", "is_active", "portal"]
    list_filter = ["is_active", OfAccountFilter]
    actions = ["invite"]
    list_select_related = ["order__account"]
    search_fields = ["name", "email", "order__number", "order__account__name"]
    ordering = ["name", "pk"]
    autocomplete_fields = ["order"]
    fields = ["order", "name", "email", "phone", "is_active", *RIGHTS, "change_reason"]
    readonly_fields = ["mails"]

    def get_fields(self, request: HttpRequest, obj: AuthorisedUser | None = None) -> list[Any]:
        found = list(super().get_fields(request, obj))
        if obj is not None and obj.is_joined:
            found.insert(found.index("change_reason"), "mails")
        return [READ, *found] if self.has_change_permission(request, obj) else found

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        user = self.get_object(request, object_id) if object_id else None
        with held(request, user.order if user else None):
            return super().changeform_view(request, object_id, *args, **kwargs)

    @display(description="Account")
    def account(self, user: AuthorisedUser) -> str:
        return user.order.account.name

    @display(description="Portal")
    def portal(self, user: AuthorisedUser) -> str:
        if user.is_joined and user.joined_at is not None:
            return f"Joined on {_day(user.joined_at)}"
        # An invitation that was taken up, to an address that is no longer theirs, is over.
        is_used = user.joined_at is not None and user.joined_at >= (
            user.invited_at or user.joined_at
        )
        if user.invited_at is not None and not is_used:
            return f"Invited on {_day(user.invited_at)}"
        return "Not invited"

    @display(description="Mails not wanted")
    def mails(self, user: AuthorisedUser) -> SafeString:
        """Say what they switched off and on again, which they do themselves in the portal."""
        rows = OptOut.history.filter(user=user.user_id).order_by("-history_id")[:MOST_SWITCHES]
        lines = [
            (_day(row.history_date), row.get_kind_display(), row.history_change_reason.lower())
            for row in rows
        ]
        now = user.user.opt_outs.order_by("pk") if user.user else ()
        unwanted = ", ".join(row.get_kind_display() for row in now) or "None"
        told = format_html_join("", '<span class="fl-line fl-quiet">{}: {}, {}</span>', lines)
        return format_html("{}{}", unwanted, told)

    @action(description="Invite to the portal", permissions=["change"])
    def invite(self, request: HttpRequest, queryset: QuerySet[AuthorisedUser]) -> None:
        invited = 0
        for person in queryset.order_by("pk"):
            try:
                services.invite(person=person, by=cast(User, request.user), at=timezone.now())
            except services.InvitationRefused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                invited += 1
        if invited:
            self.message_user(request, f"Invited to the portal by mail: {invited}.")

    def response_post_save_add(self, request: HttpRequest, obj: AuthorisedUser) -> HttpResponse:
        """Go back to the order whose page led here."""
        if "order" in request.GET and request.user.has_perm(SEES["executed_orders"]):
            return HttpResponseRedirect(
                reverse("admin:contracts_order_change", args=[obj.order_id])
            )
        return super().response_post_save_add(request, obj)


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at))
