"""How the mails read by which people hear what others of theirs changed about them.

Clause: V-3.5, V-3.7 (the language of service).
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.contracts.models import AuthorisedUser
from apps.contracts.services import people
from apps.outbox.rendering import Email, Withdrawn, renders


@renders(people.CHANGED)
def changed(payload: dict[str, Any]) -> Email:
    """Tell a person what they may do now, what is new of it, and who said so.

    Clause: V-3.5, V-3.7.

    :raises Withdrawn: they have ended meanwhile, or have another address.
    """
    person = _found(payload)
    if not _is_there(person, payload):
        raise Withdrawn(f"{person} has ended, or has another address by now.")
    what = "Your seat is yours again" if payload.get("is_back") else "Your rights were changed"
    return _mail(person, payload, what, "mail/person_changed.txt")


@renders(people.ENDED)
def ended(payload: dict[str, Any]) -> Email:
    """Tell a person that they speak for the client no more under that address, and who said so.

    Clause: V-3.5, V-3.7.

    :raises Withdrawn: they were brought back meanwhile.
    """
    person = _found(payload)
    if _is_there(person, payload):
        raise Withdrawn(f"{person} was brought back meanwhile.")
    return _mail(person, payload, "Your seat has ended", "mail/person_ended.txt")


def _found(payload: dict[str, Any]) -> AuthorisedUser:
    rows = AuthorisedUser.objects.select_related("order__account", "order__version")
    return rows.get(pk=payload["person_id"])


def _is_there(person: AuthorisedUser, payload: dict[str, Any]) -> bool:
    return person.is_active and person.email.lower() == payload["address"].lower()


def _mail(person: AuthorisedUser, payload: dict[str, Any], what: str, template: str) -> Email:
    version = person.order.version
    context = {
        "person": person,
        "address": payload["address"],
        "by": payload["by"],
        "is_back": payload.get("is_back", False),
        "now": [people.words_of(right) for right in people.RIGHTS if right in person.rights],
        "given": [people.words_of(right) for right in payload.get("given", [])],
        "taken": [people.words_of(right) for right in payload.get("taken", [])],
        "url": f"{settings.BASE_URL}{reverse('portal:home')}",
    }
    return Email(
        subject=f"{what}: {person.order.account}",
        text=render_to_string(template, context).rstrip() + "\n",
        reply_to=(version.support_address,),
        language=version.language,
    )
