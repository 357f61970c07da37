"""What is done about an order's TAM: assigned, handed over, a plan withdrawn. Each asked first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from apps.contracts import services
from apps.contracts.admin.kept import LONGEST_REASON
from apps.contracts.admin.tams import MAY, section_of, staff_to_choose
from apps.contracts.models import Order, TamAssignment, User
from apps.contracts.models.accounts import validate_plain_address
from apps.contracts.queries.tam_terms import notice_days
from apps.contracts.queries.tams import coming_handover, day_of, had_tam, tam_of
from apps.contracts.rules.tams import earliest_handover_on
from apps.contracts.services.tam_notices import people_to_tell

WHY = "Kept in the history beside who and when."


class AssignForm(forms.Form):
    """Who becomes the TAM, from which day on, and how the client reaches them."""

    tam = forms.ModelChoiceField(
        label="TAM", queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )
    starts_on = forms.DateField(label="First day", widget=UnfoldAdminDateWidget)
    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        validators=[validate_plain_address],
        widget=UnfoldAdminTextInputWidget,
        help_text="What the client writes to.",
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    chat = forms.CharField(
        label="Chat",
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Address of the client's own chat with the TAM.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=LONGEST_REASON,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=WHY,
    )

    def __init__(self, data: Any, *, order: Order, at: datetime) -> None:
        today = day_of(order, at)
        super().__init__(data, initial={"starts_on": max(today, order.starts_on)})
        self.order, self.today = order, today
        held = tam_of(order, on=today)
        choice = self.fields["tam"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = staff_to_choose(without=held.tam if held else None)
        self.fields["starts_on"].help_text = f"A day in {order.zone}, today at the earliest."
        if had_tam(order, on=today):
            self.ask_for_notice()

    def ask_for_notice(self) -> None:
        """Offer the first day that leaves the client the policy's notice."""
        days = notice_days(self.order) or 0
        earliest = earliest_handover_on(noticed_on=self.today, notice_days=days)
        self.initial["starts_on"] = earliest
        told = date_format(earliest, "j M Y")
        self.fields["starts_on"].help_text = (
            f"{told} at the earliest, {days} calendar days after the notice, in {self.order.zone}. "
            "A notice that goes out late puts it off."
        )


class HandOverForm(AssignForm):
    """The same for a successor, or that nobody follows; and why."""

    nobody = forms.BooleanField(
        label="Nobody follows",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="The TAM leaves, and the client is told so. Leave the contacts empty then.",
    )
    field_order = ["tam", "nobody", "starts_on", "email", "phone", "chat", "reason"]

    def __init__(self, data: Any, *, order: Order, at: datetime) -> None:
        super().__init__(data, order=order, at=at)
        self.fields["tam"].required = self.fields["email"].required = False
        self.fields["tam"].label = "Who follows"
        self.fields["email"].help_text = "What the client writes to. Needed if somebody follows."
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "Say why: the history keeps it."

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        nobody = facts.pop("nobody", False)
        if "tam" not in facts:
            return facts
        if nobody and facts["tam"]:
            self.add_error("nobody", f"{facts['tam']} follows, or nobody does: choose one.")
        if not nobody and not facts["tam"]:
            self.add_error("tam", "Choose who follows, or say that nobody does.")
        return facts


class WithdrawForm(forms.Form):
    """Which plan was seen, and why it is taken back."""

    assignment = forms.ModelChoiceField(
        queryset=TamAssignment.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "It is gone. Look at the order again."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget,
        help_text=WHY,
        error_messages={"required": "Say why: the history keeps it."},
    )

    def __init__(self, data: Any, *, order: Order, at: datetime) -> None:
        super().__init__(data, initial={"assignment": coming_handover(order, at=at)})
        choice = self.fields["assignment"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = order.tam_assignments.all()


class CorrectForm(WithdrawForm):
    """The contacts of whoever is the TAM, as they should have been."""

    email, phone, chat = (AssignForm.base_fields[name] for name in ("email", "phone", "chat"))
    field_order = ["assignment", "email", "phone", "chat", "reason"]

    def __init__(self, data: Any, *, order: Order, at: datetime) -> None:
        super().__init__(data, order=order, at=at)
        row = self.meant(order, at)
        self.initial = {"assignment": row}
        for name in ("email", "phone", "chat"):
            self.initial[name] = getattr(row, name, "")

    def meant(self, order: Order, at: datetime) -> TamAssignment | None:
        return tam_of(order, on=day_of(order, at))


class CorrectComingForm(CorrectForm):
    """The same of whoever follows."""

    def meant(self, order: Order, at: datetime) -> TamAssignment | None:
        return coming_handover(order, at=at)


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what it is called, its form, the service that does it, and what to say after."""

    title: str
    button: str
    form: type[forms.Form]
    do: Callable[..., TamAssignment]
    done: str
    else_: str  # said where there is nothing to do


ACTS = {
    "assign": Act(
        "Assign a TAM",
        "Assign",
        AssignForm,
        services.assign_tam,
        "{who} is the TAM of {order} from {day} on.",
        "There is no TAM to assign to {order} now.",
    ),
    "hand_over": Act(
        "Hand over",
        "Plan it and tell the client",
        HandOverForm,
        services.hand_over,
        "{who} takes {order} over on {day}. The notice to the client goes out now.",
        "There is nothing to hand over on {order} now.",
    ),
    "withdraw": Act(
        "Withdraw the plan",
        "Withdraw",
        WithdrawForm,
        services.withdraw_handover,
        "Withdrawn: {who} does not become the TAM of {order}.",
        "Nothing is planned on {order} any more.",
    ),
    "correct": Act(
        "Correct the contacts",
        "Correct them and tell the client",
        CorrectForm,
        services.correct_contacts,
        "The contacts of {who} on {order} are corrected. The client's users are told.",
        "Nobody is the TAM of {order} now.",
    ),
    "correct_coming": Act(
        "Correct the contacts",
        "Correct them",
        CorrectComingForm,
        services.correct_contacts,
        "The contacts of {who} on {order} are corrected. Whoever was told the old ones is told.",
        "Nobody follows on {order} now.",
    ),
}


class TamPages:
    """Pages under the order's own, ``…/tam/<act>/``, for those who may."""

    def __init__(self, order_admin: ModelAdmin) -> None:
        self.admin = order_admin

    def urls(self) -> list[URLPattern]:
        view = self.admin.admin_site.admin_view
        return [
            path(
                f"<int:pk>/tam/{key.replace('_', '-')}/",
                view(partial(self.view, key=key)),
                name=f"contracts_order_tam_{key}",
            )
            for key in ACTS
        ]

    def view(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """Ask, and do it when that is posted; or say why not, with what was typed kept."""
        order = self._order(request, pk, key)
        if order is None:
            return self.admin._get_obj_does_not_exist_redirect(request, self.admin.opts, str(pk))
        act, now, user = ACTS[key], timezone.now(), request.user
        page = reverse("admin:contracts_order_change", args=[pk])
        section = section_of(order, user=user, at=now)
        if request.method != "POST" and (section is None or key not in section.acts):
            text = act.else_.format(order=order)
            self.admin.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(page)
        form = act.form(  # type: ignore[call-arg]
            request.POST if request.method == "POST" else None, order=order, at=now
        )
        if form.is_valid() and isinstance(user, User):
            text = _do(act, order, form, by=user, at=now)
            if text:
                self.admin.log_change(request, order, text)
                self.admin.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(page)
        context = {
            **self.admin.admin_site.each_context(request),
            "title": f"{act.title} {order}" if key == "hand_over" else act.title,
            "opts": self.admin.opts,
            "order": order,
            "act": act,
            "key": key,
            "form": form,
            "page": page,
            "tam": section,
            "told": people_to_tell(order).values() if key != "withdraw" else [],
            "is_first": not had_tam(order, on=day_of(order, now)),
        }
        return TemplateResponse(request, "admin/contracts/order/tam_act.html", context)

    def _order(self, request: HttpRequest, pk: int, key: str) -> Order | None:
        if not (self.admin.has_view_permission(request) and request.user.has_perm(MAY[key])):
            raise PermissionDenied
        return self.admin.get_object(request, str(pk))


def _do(act: Act, order: Order, form: forms.Form, *, by: User, at: datetime) -> str:
    """Do it and return what was done in words; "": refused, and the form says why."""
    facts = form.cleaned_data
    target = {} if "assignment" in facts else {"order": order}
    try:
        row = act.do(**target, **facts, by=by, at=at)
    except services.TamRefused as refusal:
        form.add_error(None, str(refusal))
        return ""
    day = date_format(row.starts_on, "j M Y")
    return act.done.format(who=row.tam or "Nobody", order=order, day=day)
