"""What the queue can be narrowed by. A filter that makes no sense shows nothing, and no error."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.contracts.admin.keys import keys_in
from apps.contracts.models import Account
from apps.tickets.admin import filter_choices
from apps.tickets.models import Deadline, Ticket


class StatusFilter(admin.SimpleListFilter):
    """Tickets of one status. Without it a view decides, and a search looks everywhere."""

    title = "whose turn"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [*Ticket.State.choices, ("all", "All, closed too")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for number, choice in enumerate(super().choices(changelist)):  # type: ignore[arg-type]
            if number == 0:
                away = changelist.get_query_string({"view": "open"}, [self.parameter_name])
                choice |= {"display": "Not closed", "query_string": away}
            yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in (None, "", "all"):
            return queryset
        known = self.value() in Ticket.State.values
        return queryset.filter(status=self.value()) if known else queryset.none()


class SeverityFilter(admin.SimpleListFilter):
    """By label: two versions of a policy call the same thing the same."""

    title = "severity"
    parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        merged: dict[str, list[str]] = {}
        for pk, label in filter_choices.of(request).severities:
            merged.setdefault(label, []).append(str(pk))
        return [(",".join(keys), label) for label, keys in merged.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(severity__in=keys_in(self.value())) if self.value() else queryset


class AssigneeFilter(admin.SimpleListFilter):
    """Whose desk it lies on."""

    title = "assignee"
    parameter_name = "assignee"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        people = filter_choices.of(request).people
        others = ((str(pk), name) for name, pk in people if pk != request.user.pk)
        return [("me", "Me"), ("nobody", "Nobody"), *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case None | "":
                return queryset
            case "me":
                return queryset.filter(assignee=request.user.pk)
            case "nobody":
                return queryset.filter(assignee=None)
            case key:
                return queryset.filter(assignee__in=keys_in(key))


class DeskFilter(admin.SimpleListFilter):
    """Whose queue it is in: the support centre's, or the TAM's own."""

    title = "desk"
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return Ticket.Desk.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(desk=self.value()) if self.value() else queryset


class MissedFilter(admin.SimpleListFilter):
    """Tickets on which a promise was missed."""

    title = "missed"
    parameter_name = "missed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("1", "A deadline was missed"), ("0", "None was missed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        missed = Deadline.objects.filter(state=Deadline.Verdict.MISSED).values("ticket")
        if self.value() == "1":
            return queryset.filter(pk__in=missed)
        return queryset.exclude(pk__in=missed) if self.value() == "0" else queryset


class PlanFilter(admin.SimpleListFilter):
    """The plan that a ticket is under, with its policy where plans share a name."""

    title = "plan"
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        merged: dict[tuple[str, str], list[str]] = {}
        for pk, policy, title in filter_choices.of(request).plans:
            merged.setdefault((policy, title), []).append(str(pk))
        return [(",".join(keys), f"{title}, {policy}") for (policy, title), keys in merged.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(plan__in=keys_in(self.value())) if self.value() else queryset


class AccountFilter(admin.SimpleListFilter):
    """One account of very many: searched for, not listed."""

    title = "account"
    parameter_name = "account"
    template = "admin/tickets/ticket/account_filter.html"

    def __init__(self, request: HttpRequest, params: dict, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        chosen = next(iter(keys_in(self.value())), None)
        self.form = AccountForm(model_admin.admin_site, data={"account": chosen})
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (self.parameter_name, "p", "after", "before")
        ]

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable:
        return [("", "")]  # none: Django would leave the filter out

    def choices(self, changelist: Any) -> Iterator[Any]:
        return iter(())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(account__in=keys_in(self.value())) if self.value() else queryset


class AccountForm(forms.Form):
    """The search box of the filter."""

    def __init__(self, admin_site: admin.AdminSite, **given: Any) -> None:
        super().__init__(**given, auto_id="filter_%s")
        field = Ticket._meta.get_field("account")
        box = AutocompleteSelect(field, admin_site, attrs={"class": "unfold-filter-autocomplete"})
        self.fields["account"] = forms.ModelChoiceField(
            queryset=Account.objects.all(), required=False, widget=box, label="Account"
        )
