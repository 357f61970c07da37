"""The parts of an order that are lists: its people, its escalation matrix, its own targets."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from apps.contracts.admin.orders_forms import with_policy
from apps.contracts.admin.read_rows import READ, ReadForm, ReadFormSet
from apps.contracts.models import (
    AgreedTarget,
    AuthorisedUser,
    Calendar,
    EscalationRung,
    Order,
    PolicyVersion,
    Severity,
)
from apps.contracts.queries.names import names_of
from apps.contracts.services.order_checks import agreed_problems

SECONDS = 3600


class AuthorisedUsersFormSet(ReadFormSet):
    """The people of an order; each address once, however it is written."""

    def clean(self) -> None:
        super().clean()
        seen: dict[str, str] = {}
        for form in self.forms:
            email = (getattr(form, "cleaned_data", {}).get("email") or "").lower()
            if email and email in seen:
                raise ValidationError(f"{email} is listed twice. Each person is named once.")
            seen[email] = email


class OrderPartInline(TabularInline):
    """Saved with the order: who may not change the order changes none of its parts here.

    The order's people and its escalation matrix are no terms, so they are not amended: they may
    change in every state, at once. The history of each row says who changed it, when and why, and
    each row is guarded by itself against what others changed since it was read.
    """

    extra = 0
    hide_title = True
    form = ReadForm
    formset = ReadFormSet

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> list[Any]:
        found = list(super().get_fields(request, obj))
        return [*found, READ] if self.has_change_permission(request, obj) else found

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_add_permission(request, obj) and _may_change_orders(request)

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change_orders(request)

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change_orders(request)


class AuthorisedUserForm(ReadForm):
    """A person on one line: room for the address, a word for each right."""

    class Meta:
        model = AuthorisedUser
        fields = ["name", "email"]
        labels = {
            "is_active": "Active",
            "may_open": "Opens",
            "may_escalate": "Escalates",
            "may_confirm_closure": "Closes",
            "may_see_invoices": "Invoices",
            "may_manage_users": "Users",
        }
        help_texts = {"is_active": ""}
        widgets = {
            "name": UnfoldAdminTextInputWidget(attrs={"style": "min-width: 10rem"}),
            "email": UnfoldAdminEmailInputWidget(attrs={"style": "min-width: 18rem"}),
        }


class AuthorisedUserInline(OrderPartInline):
    model = AuthorisedUser
    form = AuthorisedUserForm
    formset = AuthorisedUsersFormSet
    fields = [
        "name",
        "email",
        "is_active",
        "may_open",
        "may_escalate",
        "may_confirm_closure",
        "may_see_invoices",
        "may_manage_users",
    ]
    can_delete = False
    show_change_link = True


class EscalationRungInline(OrderPartInline):
    model = EscalationRung
    fields = ["position", "title", "email", "phone"]
    verbose_name = "rung of the escalation matrix"
    verbose_name_plural = "Escalation matrix"


class AgreedTargetForm(ReadForm):
    """A target in hours of a calendar."""

    hours = forms.DecimalField(
        label="Within, hours",
        min_value=Decimal("0.01"),
        max_digits=7,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        error_messages={"min_value": "A target takes time: more than nothing."},
    )

    class Meta:
        model = AgreedTarget
        fields = ["severity", "kind", "calendar"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        target = kwargs.get("instance")
        if target and target.pk:
            seconds = Decimal(int(target.duration.total_seconds()))
            hours = (seconds / SECONDS).quantize(Decimal("0.01"))
            kwargs["initial"] = {**(kwargs.get("initial") or {}), "hours": hours}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        if "hours" in facts and ("hours" in self.changed_data or not self.instance.pk):
            self.instance.duration = timedelta(seconds=int(facts["hours"] * SECONDS))
        return facts


class AgreedTargetsFormSet(ReadFormSet):
    """The targets that the order sets itself, each of its own policy, each once."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.version_id:
            return
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]
        rows = {id(form.instance): form for form in kept}
        found = agreed_problems([form.instance for form in kept], version=self.instance.version)
        for row, (field, text) in found:
            form = rows[id(row)]
            form.add_error(field if field in form.fields else None, text)


class AgreedTargetInline(OrderPartInline):
    """An executed order's targets change by an amendment only."""

    model = AgreedTarget
    form = AgreedTargetForm
    formset = AgreedTargetsFormSet
    fields = ["severity", "kind", "hours", "calendar"]
    verbose_name = "agreed target"
    verbose_name_plural = "Agreed targets, instead of the plan's"
    changes_executed = False

    # How the form's field of that name reads where nobody may change it.
    @display(description="Within, hours")
    def hours(self, target: AgreedTarget) -> str:
        return f"{target.duration.total_seconds() / SECONDS:.7g}"

    def get_formset(self, request: HttpRequest, obj: Order | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        versions = _versions(request, obj)
        known = PolicyVersion.objects.filter(pk__in=versions).select_related("policy")
        names = names_of(known.defer("source"))
        for name, model in (("severity", Severity), ("calendar", Calendar)):
            field: Any = formset.form.base_fields.get(name)  # type: ignore[attr-defined]
            if field is not None:
                rows = model.objects.filter(version__in=versions)
                field.queryset = rows.select_related("version__policy")
                field.label_from_instance = with_policy(names) if len(versions) > 1 else str
                text = f"This {name} is another policy's. Choose one of the order's own policy."
                field.error_messages["invalid_choice"] = text
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_add_permission(request, obj) and self._changes(obj)

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._changes(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._changes(obj)

    def _changes(self, order: Order | None) -> bool:
        return self.changes_executed or order is None or order.state == Order.State.DRAFT


class AmendedTargetInline(AgreedTargetInline):
    changes_executed = True


def _versions(request: HttpRequest, order: Order | None) -> list[int]:
    """Return the versions whose severities can be meant: the order's, and the one just chosen."""
    chosen = request.POST.get("version", "")
    found = {order.version_id} if order else set()
    if chosen.isdecimal() and len(chosen) < 18:  # noqa: PLR2004 (what a key holds)
        found.add(int(chosen))
    if not found:
        published = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED)
        found = set(published.values_list("pk", flat=True))
    return sorted(found)


def _may_change_orders(request: HttpRequest) -> bool:
    return request.user.has_perm("contracts.change_order") or request.user.has_perm(
        "contracts.add_order"
    )
