"""A reseller in front of the portal: what they press and read, each at an instant of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import time_machine
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)


class Reseller:
    """Somebody with a browser, an authenticator app and a device that makes passkeys."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.secret = ""
        self._device: Any = None

    @contextmanager
    def at(self, instant: datetime) -> Iterator["Reseller"]:
        """Act at an instant, which the server and their app agree on."""
        with time_machine.travel(instant, tick=False):
            yield self

    def press(self, name: str, *, role: str = "button") -> None:
        """Press what is called so, and wait for the page that comes of it."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow a link."""
        self.press(name, role="link")

    def fill(self, **words: str) -> None:
        """Fill in fields by what they are called; “_” is a blank."""
        for label, text in words.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(text)

    def heading(self) -> str:
        """Return what the page is about."""
        return str(self.page.get_by_role("heading", level=1).inner_text())

    def news(self) -> str:
        """Return what the page says of what was just done."""
        return str(self.page.locator(".messages").inner_text())

    def reads(self, text: str) -> bool:
        """Tell whether a text is on the page for everybody to see."""
        return bool(self.page.get_by_text(text).first.is_visible())

    def badges(self, section: str) -> list[str]:
        """Return what the badges of a section say, and nothing that only readers aloud hear."""
        found = self.page.get_by_role("region", name=section).locator(".badge")
        return [str(text) for text in found.all_inner_texts()]

    def menu(self, name: str) -> None:
        """Choose something of the menu that has their name."""
        self.page.locator(".person-menu summary").click()
        item = self.page.locator(".person-menu").get_by_text(name, exact=True)
        with self.page.expect_navigation():
            item.click()

    def keep_secret(self) -> None:
        """Let the authenticator app keep the key that the page shows."""
        self.secret = self.page.locator("code.key").inner_text()

    def code(self) -> str:
        """Return what the app shows now."""
        _, now, _ = yield_hotp_counters_from_time()
        return format_hotp_value(hotp_value(self.secret, now))

    def plug_in(self) -> None:
        """Have a device that makes passkeys, and knows its owner, from now on."""
        self._device = self.page.context.new_cdp_session(self.page)
        self._device.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal"}
        able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        options = {**kind, **able, "automaticPresenceSimulation": True}
        self._device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def link_in(text: str) -> str:
    """Return the one address that a mail leads to."""
    (found,) = re.findall(r"https?://\S+", text)
    return str(found)
