"""What people fill in to sign in, to be let in again, and about themselves."""

import zoneinfo
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import User

LONGEST_NAME = 120
NO_PLACES = {"localtime", "Factory"}  # the server's own zone, and none


class Plain:
    """Fields whose label says what they want: the library says it again, greyed, inside of them."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """A new password of who knows the old one."""


class SetPasswordForm(Plain, account.SetPasswordForm):
    """A password of who had none."""


class ResetKeyForm(Plain, account.ResetPasswordKeyForm):
    """A new password of who came by the link of a mail."""


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more."""


class CodeForm(Plain, mfa.AuthenticateForm):
    """A code of the second factor."""


class CodeAgainForm(Plain, mfa.ReauthenticateForm):
    """A code once more."""


class AppForm(Plain, totp.ActivateTOTPForm):
    """The first code of an app."""


class LoginForm(Plain, account.LoginForm):
    """Who signs in, by address or by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("E-mail address or user name")
        login.widget.attrs = {"autocomplete": "username", "autofocus": True}
        password.help_text = ""
        self.fields["remember"].label = _("Keep me signed in on this device")


class ResetForm(Plain, account.ResetPasswordForm):
    """An address that somebody has forgotten the password of; what is done is the same for all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_email(self) -> str:
        """Return the address. Whose it is, if anybody's, is looked up when the mail is made."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Ask for the mail."""
        address = str(self.cleaned_data["email"])
        get_adapter(request).ask_new_password(address)
        return address


class NameForm(forms.Form):
    """How somebody is called here."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """Return the name, on one line."""
        return " ".join(self.cleaned_data["name"].split())


class JoinForm(NameForm):
    """What somebody who was invited chooses."""

    password = forms.CharField(
        label=_("A password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean(self) -> dict[str, Any]:
        """Refuse passwords that differ, or that others guess."""
        facts = super().clean() or self.cleaned_data
        password, again = facts.get("password"), facts.get("again")
        if password and again and password != again:
            self.add_error("again", _("This is not the same password."))
        elif password:
            person = User(
                username=self.address, email=self.address, first_name=facts.get("name", "")
            )
            try:
                validate_password(password, person)
            except ValidationError as refusal:
                self.add_error("password", refusal)
        return facts


class YouForm(NameForm):
    """What the portal knows of the reader."""

    time_zone = forms.ChoiceField(
        label=_("Your time zone"),
        help_text=_("Times are shown to you in this zone, in the portal and in the back office."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(zoneinfo.available_timezones() - NO_PLACES)
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in names]  # type: ignore[attr-defined]
