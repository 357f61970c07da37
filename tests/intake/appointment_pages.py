"""What a browser does on the pages of appointments."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.urls import reverse

from apps.contracts.models import Appointment, User
from tests.factories import make_staff

LIST = reverse("admin:contracts_appointment_changelist")
ADD = reverse("admin:contracts_appointment_add")


def sign_in(client: Any, role: str) -> User:
    """Sign in a new member of a role, who lives in New York."""
    person = make_staff(name=f"a-{role or 'nobody'}".replace(" ", "-").lower())
    person.time_zone = "America/New_York"
    person.save()
    if role:
        person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


def page(row: Appointment, act: str = "change") -> str:
    return reverse(f"admin:contracts_appointment_{act}", args=[row.pk])


def booking(**changes: str) -> dict[str, str]:
    """Return the fields of the form, for an install on the earliest day."""
    return {
        "act_key": str(uuid4()),
        "kind": "INSTALL",
        "channel": "PHONE",
        "starts_at": "2026-11-05T08:00",
        "minutes": "60",
        "subject": "New phones",
        "details": "Forty handsets.",
        **changes,
    }


def book(client: Any, person: Any, **changes: str) -> Any:
    return client.post(f"{ADD}?requester={person.pk}", booking(**changes), follow=True)
