"""Programs that ask: a token, and what shows it."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.http import HttpResponse
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


def sent(secret: str, where: str, *, key: str = "", **said: Any) -> HttpResponse:
    """Let a program send something, with a key of its own unless one is given."""
    return asking(secret).generic(
        "POST",
        f"{ROOT}{where}",
        json.dumps(said),
        content_type="application/json",
        headers={"Idempotency-Key": key or f"key-{next(_serial)}"},
    )


def asking(secret: str) -> Client:
    """Return a program that shows a token with whatever it asks."""
    return Client(headers={"Authorization": f"Bearer {secret}"})
