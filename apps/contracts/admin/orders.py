"""Orders: what an account bought, for how long, and who may ask for it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from apps.contracts.admin.kept import KeptAdmin, KeptForm
from apps.contracts.models import AuthorisedUser, Order, Plan, PolicyVersion


class OrderForm(KeptForm):
    """An order that makes sense: a plan of its own, published version; an end after the start."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Q(state=PolicyVersion.State.PUBLISHED)
        versions = PolicyVersion.objects.filter(published | Q(pk=self.instance.version_id))
        plans = Plan.objects.filter(version__in=versions).select_related("version__policy")
        version, plan = self.fields.get("version"), self.fields.get("plan")
        # Who may only look has no such fields.
        if isinstance(version, forms.ModelChoiceField) and isinstance(plan, forms.ModelChoiceField):
            version.queryset = versions.select_related("policy")
            plan.queryset = plans
            plan.label_from_instance = _with_policy  # type: ignore[method-assign,assignment]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        version, plan = facts.get("version"), facts.get("plan")
        if version and plan and plan.version_id != version.pk:
            known = ", ".join(str(each) for each in version.plans.all())
            self.add_error("plan", f"{version} has no plan “{plan}” of its own. It has {known}.")
        starts, ends = facts.get("starts_on"), facts.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", f"The last day lies before the first, {starts}.")
        return facts


def _with_policy(plan: Plan) -> str:
    return f"{plan} · {plan.version}"


class AuthorisedUsersFormSet(forms.BaseInlineFormSet):
    """The people of an order; each address once, however it is written."""

    def clean(self) -> None:
        super().clean()
        seen: dict[str, str] = {}
        for form in self.forms:
            email = (getattr(form, "cleaned_data", {}).get("email") or "").lower()
            if email and email in seen:
                raise ValidationError(f"{email} is listed twice. Each person is named once.")
            seen[email] = email


class AuthorisedUserInline(TabularInline):
    model = AuthorisedUser
    formset = AuthorisedUsersFormSet
    fields = ["name", "email", "is_active"]
    extra = 0
    can_delete = False
    hide_title = True
    show_change_link = True

    # Saved with the order: who may not change the order changes a person on the person's page.
    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_add_permission(request, obj) and _may_change_orders(request)

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change_orders(request)


def _may_change_orders(request: HttpRequest) -> bool:
    return request.user.has_perm("contracts.change_order") or request.user.has_perm(
        "contracts.add_order"
    )


@admin.register(Order)
class OrderAdmin(KeptAdmin):
    """What an account bought. Tickets keep the terms that they were registered under."""

    form = OrderForm
    list_display = ["number", "account", "plan", "policy", "badge", "starts_on", "ends_on"]
    list_filter = ["state"]
    list_select_related = ["account", "plan", "version__policy"]
    search_fields = ["number", "account__name"]
    ordering = ["account__name", "-starts_on"]
    autocomplete_fields = ["account"]
    inlines = [AuthorisedUserInline]
    fieldsets = [
        (None, {"fields": ["account", "number", "state"]}),
        ("Terms", {"fields": ["version", "plan"]}),
        ("Term", {"fields": ["starts_on", "ends_on"]}),
        ("History", {"fields": ["change_reason"]}),
    ]

    @display(
        description="State",
        label={"DRAFT": "warning", "EXECUTED": "success", "ENDED": "info", "TERMINATED": "danger"},
    )
    def badge(self, order: Order) -> tuple[str, str]:
        return order.state, order.get_state_display()

    @display(description="Policy")
    def policy(self, order: Order) -> str:
        return str(order.version)
