"""The pages of signing in, by their names, and somebody who has everything that they show."""

from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.test import Client
from django.urls import get_resolver, reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from apps.contracts.models import AuthorisedUser
from tests.portal_made import make_person

PATTERNS = {each.name: each for each in get_resolver("apps.portal.sign_in_urls").url_patterns}
CLOSED = ["account_signup", "account_email"]
PASSWORD = "correct horse battery"
HOME = reverse("portal:home")
LOGIN = reverse("account_login")


def where(name: str, **parts: object) -> str:
    """Return the address of a page; what it names is not there, unless it is said."""
    pattern = PATTERNS[name].pattern
    wanted = {**getattr(pattern, "converters", {}), **pattern.regex.groupindex}
    said = {"uidb36": "1", "key": "no-key", "pk": 1, "token": "no-token", **parts}
    return reverse(name, kwargs={part: said[part] for part in wanted})


def somebody(**facts: bool) -> AuthorisedUser:
    """Create a person with a seat and a password."""
    person = make_person(**facts)
    assert person.user is not None
    person.user.set_password(PASSWORD)
    person.user.save()
    return person


def log_in(login: str, password: str = PASSWORD, *, following: str = "", **kept: object) -> Client:
    """Sign in by the page, in a fresh browser; ``following``: where to go on to."""
    browser = Client(**kept)  # type: ignore[arg-type]
    browser.post(LOGIN, {"login": login, "password": password, "next": following})
    return browser


def prove(browser: Client) -> None:
    """Type the password once more, as changes of the sign-in ask for."""
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def give_factors(person: AuthorisedUser) -> Authenticator:
    """Set up an app, recovery codes and a passkey; return the passkey."""
    TOTP.activate(person.user, generate_totp_secret())
    RecoveryCodes.activate(person.user)
    return Authenticator.objects.create(
        user=person.user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Phone", "credential": _credential()},
    )


def _credential() -> dict[str, Any]:
    """Return what a browser says of a new passkey, as far as pages read it."""
    key = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    data = AttestedCredentialData.create(Aaguid(bytes(16)), b"phone", key)
    known = AuthenticatorData.create(
        sha256(b"testserver").digest(),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
        0,
        data,
    )
    attested = AttestationObject.create("none", known, {})
    said = CollectedClientData.create("webauthn.create", b"challenge", "https://testserver")
    return {
        "id": websafe_encode(b"phone"),
        "rawId": websafe_encode(b"phone"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(attested),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


class Inline(HTMLParser):
    """Collects what a strict policy forbids: scripts, styles and handlers within the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        data = said.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in said and not data):
            self.found.append(tag)
        self.found += [name for name in said if name == "style" or name.startswith("on")]
        self.found += [
            f"{name}={value}"
            for name, value in attrs
            if name in ("src", "href", "action") and value and value.startswith("javascript:")
        ]


def inline_in(page: str) -> Iterator[str]:
    """Yield each thing within a page that its policy forbids."""
    yield from Inline(page).found
