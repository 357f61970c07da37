"""What somebody fills in to have a service added, changed or removed."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import Order, Service, ServiceRequest
from apps.contracts.services.service_requests import LONGEST_TEXT


class AskForm(forms.Form):
    """What is wanted, of which service, under which order."""

    order = forms.ChoiceField(label=_("Order"), error_messages={"required": _("Choose the order.")})
    kind = forms.ChoiceField(
        label=_("What you want"),
        choices=[
            (ServiceRequest.Kind.ADD, _("Add a service")),
            (ServiceRequest.Kind.CHANGE, _("Change a service")),
            (ServiceRequest.Kind.REMOVE, _("Remove a service")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what you want.")},
    )
    service = forms.ChoiceField(label=_("Service"), required=False)
    details = forms.CharField(
        label=_("Details"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("How many, of what, where, and from which day on."),
        error_messages={"required": _("Say what exactly is wanted.")},
    )
    act_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, orders: Sequence[Order], services: Sequence[Service], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.services = {str(service.pk): service for service in services}
        other = [("", _("Another one: see the details"))]
        listed = [(key, service.title) for key, service in self.services.items()]
        self.fields["order"].choices = [(order.pk, str(order)) for order in orders]  # type: ignore[attr-defined]
        self.fields["service"].choices = [*listed, *other]  # type: ignore[attr-defined]
        self.initial.setdefault("act_key", uuid4())

    def facts(self) -> dict[str, Any]:
        """Return what the service is told, besides who asks."""
        said = self.cleaned_data
        words = [said[name] for name in ("order", "kind", "service", "details")]
        return {
            "kind": said["kind"],
            "service": self.services.get(said["service"]),
            "details": said["details"],
            "source_key": f"portal:{uuid5(said['act_key'], chr(10).join(words))}",
        }
