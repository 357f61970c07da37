"""What staff fill in of a token of the API."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.contracts.admin.searched import search_for, search_media
from apps.contracts.models import ApiToken, AuthorisedUser
from apps.contracts.services import SCOPES

CLIENTS, OURS = "client", "ours"
WHOSE = [
    (CLIENTS, "Of a client: it acts as the person below"),
    (OURS, "The provider's own: it reads the standing of every account"),
]
USUAL = timedelta(days=365)
LAST = date(9998, 12, 31)


class TokenForm(forms.Form):
    """What uses it, whose it is, what it is good for, and until when."""

    name = forms.CharField(
        label="Name",
        max_length=ApiToken._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget,
        help_text="What uses it, such as “Dashboard, live”.",
    )
    whose = forms.ChoiceField(label="Whose", choices=WHOSE, widget=UnfoldAdminSelectWidget)
    person = forms.ModelChoiceField(
        label="Acts as",
        queryset=AuthorisedUser.objects.select_related("order__account"),
        required=False,
        help_text="It may no more than this person may. Empty for the provider's own.",
    )
    scopes = forms.MultipleChoiceField(
        label="Good for",
        choices=[(scope, f"{words} ({scope})") for scope, (words, _) in SCOPES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=UnfoldAdminDateWidget,
        help_text="By your time zone. Empty: it holds until somebody ends it.",
    )

    def __init__(self, data: Any = None, *, site: AdminSite, initial: Any = None) -> None:
        usual = {"ends_on": timezone.localdate() + USUAL, **(initial or {})}
        super().__init__(data, initial=usual)
        search_for(self, "person", of=ApiToken._meta.get_field("person"), site=site)

    def clean_ends_on(self) -> Any:
        """Refuse a day after which there is none."""
        on = self.cleaned_data["ends_on"]
        if on and on > LAST:
            raise forms.ValidationError("No calendar goes on so far. Leave it empty instead.")
        return on

    def clean(self) -> dict[str, Any]:
        """Let a token be a person's or the provider's own, and never the latter by a slip."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("whose") == CLIENTS and not said.get("person") and "person" not in self.errors:
            self.add_error("person", "Say as whom it acts.")
        if said.get("whose") == OURS and said.get("person"):
            self.add_error("person", "The provider's own acts as nobody. Leave this empty.")
        return said

    @property
    def media(self) -> forms.Media:
        return search_media() + super().media

    @property
    def expires_at(self) -> datetime | None:
        """Return the end of the last day, in the zone of who makes it."""
        on = self.cleaned_data["ends_on"]
        zone = timezone.get_current_timezone()
        return datetime.combine(on + timedelta(days=1), time(), tzinfo=zone) if on else None
