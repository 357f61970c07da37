"""Orders: what an account bought, for how long, and who may ask for it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from apps.contracts import services
from apps.contracts.admin.kept import KeptAdmin, uses_of
from apps.contracts.admin.orders_acts import ACTS, acts_of, do, form_of, refuse, terms_of
from apps.contracts.admin.orders_amend import AmendmentPage
from apps.contracts.admin.orders_forms import OrderForm
from apps.contracts.admin.orders_inlines import (
    AgreedTargetInline,
    AuthorisedUserInline,
    EscalationRungInline,
)
from apps.contracts.admin.orders_page import TERM_FIELDSETS, WIDGETS, held, targets_in
from apps.contracts.admin.orders_services import ServiceAdmin
from apps.contracts.admin.sheets import SheetAdmin
from apps.contracts.admin.tam_acts import TamPages
from apps.contracts.admin.tams import context_of
from apps.contracts.models import Account, AgreedTarget, Order, User
from apps.contracts.services.order_revisions import TERMS
from apps.contracts.sheets.resources import OrderSheet

__all__ = ["OrderAdmin", "ServiceAdmin"]

DRAFT = Order.State.DRAFT


@admin.register(Order)
class OrderAdmin(SheetAdmin, KeptAdmin):
    """What an account bought. A draft is edited here; an executed order is amended.

    People and the escalation matrix are kept here in every state.
    """

    form = OrderForm
    sheet = OrderSheet
    change_form_outer_before_template = "admin/contracts/order/head.html"
    change_form_outer_after_template = "admin/contracts/order/revisions.html"
    list_display = ["number", "account", "plan", "policy", "badge", "starts_on", "ends_on"]
    list_filter = ["state"]
    list_select_related = ["account", "plan", "version__policy"]
    search_fields = ["number", "account__name"]
    ordering = ["account__name", "-starts_on"]
    autocomplete_fields = ["account"]
    formfield_overrides = WIDGETS
    inlines = [AuthorisedUserInline, EscalationRungInline, AgreedTargetInline]
    fieldsets = [
        (None, {"fields": ["read_revision", "account", "number"]}),
        ("Terms", {"fields": ["version", "plan", "services"]}),
        ("Term", {"fields": ["starts_on", "ends_on"]}),
        *TERM_FIELDSETS,
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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None or obj.state == Order.State.DRAFT else list(TERMS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None or obj.state == Order.State.DRAFT:
            return found
        first, *others = found
        if not self.has_change_permission(request, obj):
            others = others[:-1]  # nobody asks a reader why
        return [(first[0], {"fields": ["account", "number"]}), *others]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether it may go: of known orders, only a draft that nothing uses."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or (obj.state == DRAFT and not any(uses_of(obj))))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Say of many at once which are more than drafts, and so stay."""
        executed = [
            f"{order} is {order.get_state_display().lower()}: only a draft is deleted"
            for order in objs
            if order.state != DRAFT
        ]
        in_use = [words for order in objs for words in uses_of(order)]
        if executed or in_use:
            return [], {}, set(), [*executed, *in_use]
        return super().get_deleted_objects(objs, request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        acts = [
            path(
                f"<int:pk>/{key}/",
                view(self.act_view),
                {"key": key},
                name=f"contracts_order_{key}",
            )
            for key in ACTS
        ]
        amend = path("<int:pk>/amend/", view(self.amend_view), name="contracts_order_amend")
        return [*acts, amend, *TamPages(self).urls(), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        known = self.get_object(request, object_id) if object_id else None
        with held(request, known):
            return self._changeform(request, object_id, form_url, extra_context)

    def _changeform(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        order = self.get_object(request, object_id) if object_id else None
        if order is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if order.state != DRAFT and "version" in request.POST:
            # Executed while somebody was editing the draft: nothing that they typed is lost.
            return self.amend_view(request, order.pk)
        may_change = self.has_change_permission(request, order)
        context = {
            **(extra_context or {}),
            **context_of(request, order, at=timezone.now()),
            "order_acts": acts_of(order) if may_change else [],
            "order_may_change": may_change,
            "may_add_users": not may_change
            and request.user.has_perm("contracts.add_authoriseduser"),
            "may_amend": may_change and order.state == Order.State.EXECUTED,
            "order_revisions": order.revisions.select_related("by").order_by("-number"),
        }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except services.OrderRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(_page(order.pk))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write a new order; a known one's terms are the service's, with the targets."""
        if not change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if not change:
            super().save_related(request, form, formsets, change)
            return
        for formset in formsets:
            if formset.model is not AgreedTarget:
                self.save_formset(request, form, formset, change=change)
        agreed, withdrawn = targets_in(formsets)
        if "version" in form.fields:
            services.edit_draft(
                order=form.instance,
                revision=form.cleaned_data["read_revision"],
                terms=form.terms(),
                reason=form.cleaned_data.get("change_reason") or "",
                agreed=agreed,
                withdrawn=withdrawn,
                by=_signed_in(request),
                at=timezone.now(),
            )

    def amend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form of an amendment, and enter it."""
        with held(request, self._order(request, pk)):
            return self._amend(request, pk)

    def _amend(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = self._order(request, pk)
        if order is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        typed = request.method == "POST" and order.state != DRAFT
        if order.state != Order.State.EXECUTED and not typed:
            state = order.get_state_display().lower()
            text = f"{order} is {state}: only an executed order is amended."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(_page(pk))
        context = {
            "order": order,
            "title": "Amend the order",
            "order_page": _page(pk),
            "show_save": order.state == Order.State.EXECUTED,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        try:
            page = AmendmentPage(Order, self.admin_site)
            return page.changeform_view(request, str(pk), "", context)
        except services.OrderRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(_page(pk))

    def act_view(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """Ask for the reason, and do it when that is posted."""
        order, act = self._order(request, pk), ACTS[key]
        if order is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if request.method != "POST" and act not in acts_of(order):
            text = f"{order} is {order.get_state_display().lower()}: there is nothing to {key}."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(_page(pk))
        now = timezone.now()
        form = form_of(act, order, request.POST if request.method == "POST" else None, at=now)
        if form.is_valid():
            try:
                text = do(act, order, form, by=_signed_in(request), at=now)
            except (Account.DoesNotExist, Order.DoesNotExist):
                # Somebody deleted the draft since it was read.
                return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
            except services.OrderRefused as refusal:
                order.refresh_from_db()
                refuse(form, refusal, order)
            else:
                self.log_change(request, order, text)
                self.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(_page(pk))
        context = {"order": order, "act": act, "form": form, "page": _page(pk), "opts": self.opts}
        context["terms"] = terms_of(order) if "revision" in form.fields else []
        return TemplateResponse(
            request,
            "admin/contracts/order/act.html",
            {**self.admin_site.each_context(request), **context, "title": f"{act.title} {order}"},
        )

    def _order(self, request: HttpRequest, pk: int) -> Order | None:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return self.get_object(request, str(pk))


def _page(pk: int) -> str:
    return reverse("admin:contracts_order_change", args=[pk])


def _signed_in(request: HttpRequest) -> User:
    """Return who asks. The admin lets nobody else come this far."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
