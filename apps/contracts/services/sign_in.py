"""What people do about their own sign-in, and what they are told of it."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from apps.contracts.models import User
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

RESET_ASKED = "user.reset_asked"
CHANGED = "user.sign_in_changed"
# What can change, in words; `what` of the mail is one of these.
CHANGES = {
    "password_changed": "Your password was changed.",
    "password_set": "A password was set for you.",
    "password_reset": "Your password was set anew, by a link that we mailed you.",
    "totp_activated": "An authenticator app was added as your second factor.",
    "totp_deactivated": "The authenticator app was removed: it is no second factor any more.",
    "recovery_codes_generated": "New recovery codes were made. The earlier ones do not work now.",
    "webauthn_added": "A passkey was added.",
    "webauthn_removed": "A passkey was removed.",
}
LONGEST_BROWSER = 200


class UnknownChange(LookupError):
    """Nobody has written what this change reads like."""


def ask_new_password(*, address: str, at: datetime) -> None:
    """Mail a link to a new password, if somebody has the address.

    Whether anybody has it is looked up when the mail is made: to whoever asks, and by the time
    that it takes, all addresses are the same. The link is made then too, and is stored nowhere.
    """
    if is_plain_address(address):
        with transaction.atomic():
            enqueue(
                topic=RESET_ASKED,
                key=f"user:reset:{uuid4().hex}",
                recipient=address,
                payload={"address": address.lower()},
                at=at,
            )


@transaction.atomic
def tell_changed_sign_in(*, user: User, what: str, ip: str, browser: str, at: datetime) -> None:
    """Mail somebody that their sign-in was changed, and from where; who has no address is not.

    :raises UnknownChange: ``what`` is none of CHANGES.
    """
    if what not in CHANGES:
        raise UnknownChange(what)
    if not is_plain_address(user.email):
        return
    enqueue(
        topic=CHANGED,
        key=f"user:{user.pk}:{what}:{at.isoformat()}",
        recipient=user.email,
        payload={
            "user_id": user.pk,
            "what": what,
            "ip": ip,
            "browser": browser[:LONGEST_BROWSER],
            "at": at.isoformat(),
        },
        at=at,
    )


@transaction.atomic
def describe_yourself(*, user: User, name: str, time_zone: str) -> None:
    """Keep how somebody is called, and the zone in which times are shown to them."""
    if name != user.get_full_name():
        user.first_name, user.last_name = name, ""
    user.time_zone = time_zone
    user.save(update_fields=["first_name", "last_name", "time_zone"])
