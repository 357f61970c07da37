"""How the mails about signing in read. A link that lets somebody in is made here, as it is sent.

Clause: none (form), but for invitations: V-3.5.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.db.models.functions import Lower
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import AuthorisedUser, User
from apps.contracts.services import invitations, sign_in
from apps.outbox.rendering import Email, Withdrawn, renders


@renders(invitations.INVITED)
def invited(payload: dict[str, Any]) -> Email:
    """Invite a person of a client to the portal.

    Clause: V-3.5.

    :raises Withdrawn: they were invited anew, sit there already, or may not ask any more.
    """
    rows = AuthorisedUser.objects.select_related("order__account", "order__version")
    person = rows.get(pk=payload["person_id"])
    if person.is_joined or not person.is_active:
        raise Withdrawn(f"{person} is in the portal already, or not active any more.")
    if person.invited_at is None or person.invited_at.isoformat() != payload["invited_at"]:
        raise Withdrawn(f"{person} was invited once more, or has another address by now.")
    version = person.order.version
    until = (person.invited_at + invitations.LASTS).astimezone(person.order.zone)
    return Email(
        subject=f"Your invitation to the support portal of {person.order.account}",
        text=_text(
            "mail/person_invited.txt",
            person=person,
            url=_url("account_invitation", invitations.token_of(person)),
            until=_clock(until),
        ),
        reply_to=(version.support_address,),
        language=version.language,
    )


@renders(sign_in.RESET_ASKED)
def reset_asked(payload: dict[str, Any]) -> Email:
    """Send a link to a new password to whoever has the address that was typed.

    Clause: none (form).

    :raises Withdrawn: nobody who may sign in has it.
    """
    found = _people_of(payload["address"])
    if not found:
        raise Withdrawn("Nobody who may sign in has this address.")
    links = [(person, _url("account_reset_password_from_key", *_key(person))) for person in found]
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return Email(
        subject="A new password",
        text=_text("mail/user_reset_asked.txt", links=links, hours=hours),
    )


@renders(sign_in.CHANGED)
def sign_in_changed(payload: dict[str, Any]) -> Email:
    """Tell somebody that their sign-in was changed, and from where.

    Clause: none (form).
    """
    person = User.objects.get(pk=payload["user_id"])
    at = datetime.fromisoformat(payload["at"]).astimezone(ZoneInfo(person.time_zone))
    words = sign_in.CHANGES[payload["what"]]
    return Email(
        subject=words.partition(".")[0].partition(":")[0],
        text=_text(
            "mail/user_sign_in_changed.txt",
            words=words,
            person=person,
            when=_clock(at),
            ip=payload["ip"],
            browser=payload["browser"],
            url=_url("account_reset_password"),
        ),
    )


def _people_of(address: str) -> list[User]:
    proved = Q(emailaddress__email=address, emailaddress__verified=True)
    rows = User.objects.alias(address=Lower("email")).filter(Q(address=address) | proved)
    return list(rows.filter(is_active=True).distinct().order_by("pk"))


def _key(person: User) -> list[str]:
    return [user_pk_to_url_str(person), default_token_generator.make_token(person)]


def _url(name: str, *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def _clock(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _text(template: str, **facts: Any) -> str:
    return render_to_string(template, facts).rstrip() + "\n"
