"""A new ticket: what is asked, under which order. First it is looked at, then it is sent."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import AuthorisedUser, Reason, Service, Severity
from apps.contracts.queries.askable import asks_disconnection, categories_of
from apps.contracts.queries.catalogue import catalogue
from apps.portal.forms.acts import OnceForm, files_field, text_field


class RequestForm(OnceForm):
    """What a client asks. Severities and categories are those of the order's policy."""

    order = forms.ChoiceField(
        label=_("Order"),
        error_messages={
            "required": _("Choose the order."),
            "invalid_choice": _("That is no order under which you may open tickets."),
        },
    )
    category = forms.ChoiceField(
        label=_("What it is about"),
        error_messages={
            "required": _("Choose what it is about."),
            "invalid_choice": _("That is no category of this order's policy. Choose again."),
        },
    )
    service = forms.ChoiceField(
        label=_("Service"),
        required=False,
        error_messages={"invalid_choice": _("That service is not on offer. Choose again.")},
    )
    severity = forms.ChoiceField(
        label=_("How bad it is"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose how bad it is."),
            "invalid_choice": _("That is no severity of this order's policy. Choose again."),
        },
    )
    is_disconnection = forms.BooleanField(
        required=False,
        label=_("Another provider cut the customer off, in the course of a new install"),
    )
    subject = forms.CharField(
        max_length=250,
        label=_("Subject"),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = text_field(
        _("What happens"),
        rows=8,
        help_text=_("Since when, for whom, and what you see. Examples with numbers and times."),
        error_messages={"required": _("Say what happens: it opens the conversation.")},
    )
    attached = files_field()

    def __init__(
        self,
        data: Any = None,
        *,
        people: Mapping[int, AuthorisedUser],
        person: AuthorisedUser,
        services: Sequence[Service],
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        self.people, self.person = people, person
        version = person.order.version_id
        self.severities = {row.key: row for row in catalogue(version).severities}
        self.categories = {row.key: row for row in categories_of(version)}
        self.services = {str(row.pk): row for row in services}
        self._offer()

    def _offer(self) -> None:
        orders = [
            (pk, f"{person.order}, {person.order.plan}") for pk, person in self.people.items()
        ]
        offered: dict[str, Any] = {
            "order": orders,
            "severity": [(key, row.label) for key, row in self.severities.items()],
            "category": [("", _("Choose")), *self.categories.items()],
            "service": [("", _("None in particular")), *self.services.items()],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not self.categories:
            del self.fields["category"]
        if not asks_disconnection(self.person.order):
            del self.fields["is_disconnection"]
        default = next((row.key for row in self.severities.values() if row.is_default), "")
        self.initial.setdefault("severity", default)
        self.initial.setdefault("order", self.person.order_id)

    @property
    def levels(self) -> list[tuple[Any, Severity]]:
        """Each severity's choice, with its criteria and examples."""
        return [(choice, self.severities[choice.data["value"]]) for choice in self["severity"]]

    def facts(self) -> dict[str, Any]:
        """Return what the answer depends on."""
        said = self.cleaned_data
        category: Reason | None = self.categories.get(said.get("category", ""))
        return {
            "severity": self.severities[said["severity"]],
            "category": category,
            "service": self.services.get(said["service"]),
            "is_disconnection": said.get("is_disconnection", False),
        }

    def source_key(self) -> str:
        """Name the request: the same sent twice is one ticket, other words are another."""
        said = self.cleaned_data
        files = [hashlib.sha256(file.content).hexdigest() for file in said["attached"] or []]
        words = [said[name] for name in sorted(said) if name not in ("attached", "act_key")]
        return f"portal:{self.once(self.person.pk, *words, *files)}"
