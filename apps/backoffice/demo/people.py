"""The demo's logins. Their password is public: they are for a trial, never for production."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group

from apps.contracts.models import AuthorisedUser, User
from apps.contracts.services.invitations import join, join_as_new, token_of, user_with
from apps.tickets.queries import DUTY_MANAGERS

PASSWORD = "faultline-demo"  # noqa: S105 (printed by the command that makes these logins)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who signs in to the trial. ``role`` is a group; empty: an administrator of all."""

    username: str
    first_name: str
    last_name: str
    role: str
    time_zone: str
    may: str


LOGINS = [
    Login("admin", "Ada", "Ministrator", "", "UTC", "everything"),
    Login(
        "duty",
        "Dora",
        "Quist",
        DUTY_MANAGERS,
        "America/New_York",
        "duty manager: hears of every miss",
    ),
    Login(
        "agent", "Anton", "Weber", "Support agents", "Europe/Berlin", "support agent: works tickets"
    ),
    Login("tam", "Tamar", "Lund", "TAMs", "Europe/Berlin", "account manager of three clients"),
    Login(
        "finance", "Fiona", "Marsh", "Finance", "America/New_York", "keeps the accounts' standing"
    ),
]


def make_people() -> dict[str, User]:
    """Create the logins; return username -> user."""
    people = {}
    for login in LOGINS:
        user = User(
            username=login.username,
            first_name=login.first_name,
            last_name=login.last_name,
            email=f"{login.username}@provider.example.com",
            time_zone=login.time_zone,
            is_staff=True,
            is_superuser=not login.role,
        )
        user.set_password(PASSWORD)
        user.save()
        if login.role:
            user.groups.add(Group.objects.get(name=login.role))
        people[login.username] = user
    return people


# People of clients who sign in to the portal, and what they may do there beside the usual.
SEATED = {
    "nadia.fox@harbourline.example.com": "Harbourline Logistics, in the portal",
    "rosa@copperfield.example.com": "Copperfield Telecom, in the portal",
    "gwen@ashdown.example.com": "Kestrel Pay and Northgate Voice, in the portal",
}


def seat_people(*, at: datetime) -> None:
    """Let some people of the clients take up an invitation to the portal, with all rights."""
    for person in AuthorisedUser.objects.filter(email__in=SEATED).order_by("pk"):
        person.may_see_invoices = person.may_manage_users = True
        person.invited_at = at
        person.save(update_fields=["may_see_invoices", "may_manage_users", "invited_at"])
        token, user = token_of(person), user_with(person.email)
        if user is None:
            join_as_new(token=token, name=person.name, password=PASSWORD, at=at)
        else:  # somebody who sits at another account already
            join(token=token, user=user, at=at)
