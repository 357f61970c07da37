"""The page on which an executed order is amended: its terms, with a date and a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from apps.contracts import services
from apps.contracts.admin.kept import KeptAdmin
from apps.contracts.admin.orders_forms import AmendForm
from apps.contracts.admin.orders_inlines import (
    AmendedTargetInline,
    AuthorisedUserInline,
    EscalationRungInline,
)
from apps.contracts.admin.orders_page import TERM_FIELDSETS, WIDGETS, targets_in
from apps.contracts.models import AgreedTarget, Order, User


class AmendmentPage(KeptAdmin):
    """A page of the order's own admin, under ``…/amend/``; it is registered nowhere.

    What was typed on the page of a draft comes here if it was executed meanwhile, with its people
    and its escalation matrix; they are saved with the amendment. If the order ended meanwhile, what
    was typed is shown and cannot be saved.
    """

    form = AmendForm
    formfield_overrides = WIDGETS
    inlines = [AmendedTargetInline]
    change_form_outer_before_template = "admin/contracts/order/amending.html"
    change_form_show_cancel_button = True
    fieldsets = [
        ("Amendment", {"fields": ["read_revision", "dated_on", "change_reason"]}),
        ("Terms", {"fields": ["version", "plan", "services"]}),
        ("Term", {"fields": ["ends_on"]}),
        *TERM_FIELDSETS,
    ]

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.state != Order.State.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def get_inlines(self, request: HttpRequest, obj: Order | None) -> list[Any]:
        brought = [AuthorisedUserInline, EscalationRungInline] if _of_draft(request) else []
        return [*brought, AmendedTargetInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Leave it to the service, which is called once the targets are known too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            if formset.model is not AgreedTarget:
                self.save_formset(request, form, formset, change)
        agreed, withdrawn = targets_in(formsets)
        if isinstance(request.user, User):
            services.amend_order(
                order=form.instance,
                revision=form.cleaned_data["read_revision"],
                terms=form.terms(),
                dated_on=form.cleaned_data["dated_on"],
                reason=form.cleaned_data["change_reason"],
                agreed=agreed,
                withdrawn=withdrawn,
                by=request.user,
                at=timezone.now(),
            )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        read = request.POST.get("read_revision")
        if read == str(Order.objects.values_list("revision", flat=True).get(pk=obj.pk)):
            text = f"{obj} says this already: nothing was amended."
            if _of_draft(request):
                text = f"The terms of {obj} say this already. People and escalation are as typed."
            self.message_user(request, text, messages.WARNING)
        else:
            text = f"{obj} is amended. Open tickets keep what they were registered under."
            self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:contracts_order_change", args=[obj.pk]))


def _of_draft(request: HttpRequest) -> bool:
    """Return whether this was typed on the page of a draft, which has people too."""
    return "authorised_users-TOTAL_FORMS" in request.POST
