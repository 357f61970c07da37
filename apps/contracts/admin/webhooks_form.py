"""What staff fill in of an endpoint of webhooks, for an account."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from apps.contracts.admin.searched import search_for, search_media
from apps.contracts.models import Account, WebhookEndpoint
from apps.contracts.rules.webhooks import EVENTS
from apps.contracts.services.webhooks import LONGEST_NAME, Particulars
from apps.outbox.rules.hook_addresses import LONGEST


class ParticularsForm(forms.Form):
    """What it is called, where it is, and which events it wants."""

    name = forms.CharField(
        label="Name",
        max_length=LONGEST_NAME,
        widget=UnfoldAdminTextInputWidget,
        help_text="What it is, such as “Dashboard, live”.",
        error_messages={"required": "Give it a name that says what it is."},
    )
    url = forms.CharField(
        label="Address",
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget,
        help_text="Begins with https://, and can be reached from the internet.",
        error_messages={"required": "Say where events are sent to."},
    )
    events = forms.MultipleChoiceField(
        label="Events",
        choices=[(event, f"{words} ({event})") for event, words in EVENTS.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": "Choose at least one event."},
    )

    def to(self) -> Particulars:
        """Return what it is to be, as the service is told."""
        said = self.cleaned_data
        return Particulars(said["name"], said["url"], said["events"])


class EndpointForm(ParticularsForm):
    """The same of a new one, and whose it is."""

    account = forms.ModelChoiceField(
        label="Account",
        queryset=Account.objects.all(),
        error_messages={"required": "Say whose it is."},
    )
    field_order = ["account"]

    def __init__(self, data: Any = None, *, site: AdminSite, initial: Any = None) -> None:
        super().__init__(data, initial={"events": list(EVENTS), **(initial or {})})
        search_for(self, "account", of=WebhookEndpoint._meta.get_field("account"), site=site)

    @property
    def media(self) -> forms.Media:
        return search_media() + super().media
