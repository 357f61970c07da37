"""How allauth is told what holds here: where one goes, and that mails go by the outbox."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from apps.contracts import services
from apps.contracts.models import User
from apps.portal.queries.seats import seats_of

WRONG = _("The address or name and the password do not belong together.")
TOO_MANY = _("Too many failed attempts. Wait for five minutes, then try again.")


class UnknownMail(LookupError):
    """The library wants to send a mail for which nobody here has written the words."""


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, as it is done here."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_code": _("This code is not right, or was used before."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: people are invited."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Say whether somebody may be sent on to an address: within this site only."""
        here = self.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={here.get_host()}, require_https=here.is_secure()
        )

    def pre_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse | None:
        """Give the session another key before it knows the person.

        Who waits for a second factor is not signed in yet, so Django has not done it: with a key
        that somebody else planted, the password would be theirs to go on from.
        """
        request.session.cycle_key()
        return super().pre_login(request, user, **known)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where one goes after signing in: staff without a seat have the back office."""
        person = cast(User, request.user)
        if person.is_staff and not seats_of(person):
            return reverse("admin:index")
        return resolve_url("portal:home")

    def ask_new_password(self, address: str) -> None:
        """Ask for the mail with a link to a new password."""
        services.ask_new_password(address=address, at=timezone.now())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that their sign-in was changed; ``template_prefix`` ends in what."""
        services.tell_changed_sign_in(
            user=user,
            what=template_prefix.rpartition("/")[2],
            ip=self.get_client_ip(self.request),
            browser=self.get_http_user_agent(self.request),
            at=timezone.now(),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Refuse: mails of the library would go at once and by themselves.

        :raises UnknownMail: always.
        """
        raise UnknownMail(template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, as they are called here."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or was used before."),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return what a new passkey is called unless somebody says."""
        return str(_("Passkey"))
