"""Programs that ask: a token, and what shows it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

from apps.contracts.models import ApiToken, AuthorisedUser
from apps.contracts.services import SCOPES, issue_token
from tests.factories import MORNING, make_staff
from tests.portal_made import make_person

ROOT = "/api/v1"
_serial = count(1)


def make_token(
    *,
    person: AuthorisedUser | None = None,
    scopes: Sequence[str] = tuple(SCOPES),
    at: datetime = MORNING,
    **facts: Any,
) -> tuple[ApiToken, str]:
    """Make a token of somebody's, by staff, good for everything; and what its program shows."""
    issued = issue_token(
        person=person or make_person(),
        name=f"Program {next(_serial)}",
        scopes=scopes,
        by=make_staff(),
        at=at,
        **facts,
    )
    return issued.token, issued.secret


def asking(secret: str) -> Client:
    """Return a program that shows a token with whatever it asks."""
    return Client(headers={"Authorization": f"Bearer {secret}"})
