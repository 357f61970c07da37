"""The page on which a part of a ticket becomes a ticket of its own."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.contracts.admin.keys import key_in
from apps.contracts.models import Severity, User
from apps.tickets import services
from apps.tickets.admin.forms import ActForm
from apps.tickets.admin.refusals import in_full
from apps.tickets.models import Message, Ticket, TimeEntry

FORM_REFUSED = 422
SHOWN = 200  # of the latest messages and entries


class KeysField(forms.ModelMultipleChoiceField):
    """Rows chosen by their keys; a number that no key can be is one that nobody offered."""

    def _check_values(self, value: Any) -> Any:
        if any(str(each).isdecimal() and not key_in(str(each)) for each in value):
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            )
        return super()._check_values(value)  # type: ignore[misc]


class SplitForm(ActForm):
    """Which messages go, and what the new ticket is called."""

    name = "split"
    messages = KeysField(
        queryset=Message.objects.none(),
        error_messages={
            "required": "Choose the messages that go.",
            "invalid_choice": "There is no such message. Choose again.",
            "invalid_pk_value": "Choose messages of this ticket.",
        },
    )
    entries = KeysField(
        queryset=TimeEntry.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": "There is no such entry. Choose again.",
            "invalid_pk_value": "Choose time of this ticket.",
        },
    )
    subject = forms.CharField(
        max_length=250,
        widget=forms.TextInput(attrs={"class": "tk-input"}),
        error_messages={"required": "Give the new ticket a subject."},
    )
    severity = forms.ModelChoiceField(
        queryset=Severity.objects.none(),
        error_messages={
            "required": "Choose the severity of the new ticket.",
            "invalid_choice": "That is not a severity of this policy.",
        },
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        offered = {
            # Of any ticket: of a page that is sent twice they have gone to the new one.
            "messages": Message.objects.all(),
            "entries": TimeEntry.objects.all(),
            "severity": Severity.objects.filter(version=ticket.version_id).order_by("rank"),
        }
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def is_chosen(self, name: str, pk: int) -> bool:
        """Tell whether a row was chosen before the page was shown again."""
        return str(pk) in {str(value) for value in self[name].value() or []}


class SplitPages:
    """The address of the page, and what it does; completed by the admin of tickets."""

    admin_site: Any
    message_user: Callable[..., None]
    _ticket: Callable[[HttpRequest, str], Ticket]
    _site: Callable[[HttpRequest], dict[str, Any]]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.split_view)
        found: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("<int:pk>/split/", view, name="tickets_ticket_split"), *found]

    def split_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a ticket's messages to choose from; make a ticket of those that are posted."""
        ticket = self._ticket(request, str(pk))
        if not request.user.has_perm(SplitForm.permission):
            raise PermissionDenied
        page = reverse("admin:tickets_ticket_change", args=[pk])
        if ticket.merged_into_id is not None:
            return HttpResponseRedirect(page)
        form = SplitForm(request.POST if request.method == "POST" else None, ticket=ticket)
        if form.is_valid():
            new = self._split(request, form, ticket)
            if new is not None:
                return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[new.pk]))
        context = {**self._site(request), **_choices(form, ticket), "title": "Split"}
        status = FORM_REFUSED if form.is_bound else None
        template = "admin/tickets/ticket/split.html"
        return TemplateResponse(request, template, context, status=status)

    def _split(self, request: HttpRequest, form: SplitForm, ticket: Ticket) -> Ticket | None:
        given = form.cleaned_data
        try:
            new = services.split(
                ticket=ticket,
                messages=list(given["messages"]),
                entries=list(given["entries"]),
                subject=given["subject"],
                severity=given["severity"],
                by=cast(User, request.user),
                at=timezone.now(),
                act_key=str(given["act_key"]),
            )
        except services.Refused as refusal:
            form.add_error(None, in_full(refusal, version_id=ticket.version_id))
            return None
        text = f"{new.number} is split from {ticket.number}, and {new.requester.email} is told."
        self.message_user(request, text, messages.SUCCESS)
        return new


def _choices(form: SplitForm, ticket: Ticket) -> dict[str, Any]:
    said = ticket.messages.select_related("author", "client").order_by("-pk")
    worked = ticket.time_entries.select_related("who")[:SHOWN]
    return {
        "ticket": ticket,
        "original": ticket,
        "form": form,
        "zone": timezone.get_current_timezone_name(),
        "said": [(row, form.is_chosen("messages", row.pk)) for row in list(said[:SHOWN])[::-1]],
        "worked": [(row, form.is_chosen("entries", row.pk)) for row in worked],
        "severities": form.fields["severity"].queryset,  # type: ignore[attr-defined]
    }
