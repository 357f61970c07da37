"""Every endpoint, as everybody who must not use it. A new endpoint is covered by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.api.urls import api
from apps.contracts.models import AuthorisedUser
from apps.contracts.services import end_token, issue_token
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_staff
from tests.portal_made import make_person

# What an address names, by the name of its part: a row of the token's own account. Whoever adds an
# endpoint that names something else, adds here how a row of it is made.
NAMED: dict[str, Callable[[AuthorisedUser], Any]] = {
    "account": lambda person: person.order.account_id,
}
# Of every endpoint that takes something: what can be taken.
SENT: dict[tuple[str, str], dict[str, Any]] = {}
OPERATIONS = [
    (method, path, operation)
    for router in api._get_bound_routers()
    for path, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]


def scope_of(operation: Any) -> str:
    """Return the scope that an endpoint needs; "": any token. Without a token nobody gets in."""
    [door] = operation.auth_callbacks
    return door.scope


def asked(program: Client, method: str, path: str, person: AuthorisedUser) -> tuple[int, str]:
    """Ask, and return the answer's status and what kind of problem it is."""
    where = path.replace("{int:", "{")
    for part, made in NAMED.items():
        if f"{{{part}}}" in where:
            where = where.replace(f"{{{part}}}", str(made(person)))
    response = program.generic(
        method,
        f"{ROOT}{where}",
        SENT.get((method, path), ""),
        content_type="application/json",
        headers={"Idempotency-Key": "the-same-one"},
    )
    return response.status_code, response.json().get("code", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
@pytest.mark.clause("V-3.5")
def test_an_endpoint_answers_nobody_who_must_not_use_it(method, path, operation):
    owner = make_person()
    scope = scope_of(operation)
    ended, ended_secret = make_token(person=owner)
    end_token(token=ended, by=None, at=MORNING)
    left = make_person(order=owner.order)
    _, left_secret = make_token(person=left)
    left.is_active = False
    left.save()
    _, over_secret = make_token(person=owner, expires_at=MORNING + timedelta(seconds=1))
    programs = {
        "no token": Client(),
        "no token of ours": asking("flt_" + "x" * 43),
        "ended": asking(ended_secret),
        "of who left": asking(left_secret),
        "run out": asking(over_secret),
    }
    expected = dict.fromkeys(programs, (401, "no-token"))
    if scope:
        other = "tickets:read" if scope != "tickets:read" else "notices:read"
        programs["without the scope"] = asking(make_token(person=owner, scopes=[other])[1])
        expected["without the scope"] = (403, "scope-missing")
    if "{" in path:
        programs["of another account"] = asking(make_token()[1])
        expected["of another account"] = (404, "not-found")
        if scope != "standing:read":
            own = issue_token(
                person=None, name="Ours", scopes=["standing:read"], by=make_staff(), at=MORNING
            )
            programs["the provider's own"] = asking(own.secret)
            expected["the provider's own"] = (403, "scope-missing") if scope else (404, "not-found")

    answers = {who: asked(each, method, path, owner) for who, each in programs.items()}

    assert answers == expected


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=IDS)
def test_an_endpoint_counts_how_often_it_is_asked(method, path, operation):
    assert [type(each).__name__ for each in operation.throttle_objects] == ["PerToken"]
