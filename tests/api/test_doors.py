"""Every endpoint, as everybody who must not use it. A new endpoint is covered by itself."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.api.urls import api
from apps.contracts.models import AuthorisedUser
from apps.contracts.services import end_token, issue_token
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_order, make_staff, make_ticket
from tests.portal_made import file_of, invoiced, make_person

# What an address names, by the name of its part: a row of the token's own account. Whoever adds an
# endpoint that names something else, adds here how a row of it is made.
NAMED: dict[str, Callable[[AuthorisedUser], Any]] = {
    "account": lambda person: person.order.account_id,
    "ticket": lambda person: make_ticket(requester=person).pk,
    "reference": lambda person: invoiced(person).reference,
    "file": lambda person: file_of(person).pk,
}
# Of them, what is an order's, and of a person who sees only their own, theirs.
OF_AN_ORDER = {"ticket", "file"}
# Of every endpoint that takes something: what can be taken.
SENT: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/tickets"): {"subject": "No dial tone", "text": "Nothing works.", "severity": "2"},
    ("POST", "/tickets/{int:ticket}/messages"): {"text": "It still does not work."},
    ("POST", "/tickets/{int:ticket}/confirm"): {"text": "It works."},
    ("POST", "/tickets/{int:ticket}/refuse"): {"text": "It does not work."},
    ("POST", "/tickets/{int:ticket}/disputes"): {"severity": "2", "claim": "All are affected."},
    ("POST", "/tickets/{int:ticket}/escalations"): {"words": "Nobody answers."},
    ("POST", "/service-requests"): {"kind": "ADD", "details": "Two more lines."},
}
OPERATIONS = [
    (method, path, operation)
    for router in api._get_bound_routers()
    for path, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]


class Made(dict[str, Any]):
    """What addresses name, made as it is asked for."""

    def __init__(self, person: AuthorisedUser) -> None:
        self.person = person

    def __missing__(self, part: str) -> Any:
        return NAMED[part](self.person)


def scope_of(operation: Any) -> str:
    """Return the scope that an endpoint needs; "": any token. Without a token nobody gets in."""
    [door] = operation.auth_callbacks
    return door.scope


def right_of(operation: Any) -> str:
    """Return the right that its person needs; "": none."""
    [door] = operation.auth_callbacks
    return door.right


def parts_of(path: str) -> set[str]:
    """Return what an address names."""
    return set(re.findall(r"{(?:\w+:)?(\w+)}", path))


def asked(program: Client, method: str, path: str, person: AuthorisedUser) -> tuple[int, str]:
    """Ask, and return the answer's status and what kind of problem it is."""
    where = re.sub(r"{\w+:", "{", path).format_map(Made(person))
    response = program.generic(
        method,
        f"{ROOT}{where}",
        json.dumps(SENT[method, path]) if method == "POST" else "",
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
    right = right_of(operation)
    if right:
        lesser = make_person(order=owner.order)
        program = asking(make_token(person=lesser)[1])
        AuthorisedUser.objects.filter(pk=lesser.pk).update(**{right: False})
        programs["without the right"] = program
        expected["without the right"] = (403, "right-missing")
    if parts_of(path) & OF_AN_ORDER:
        beside = make_person(order=make_order(account=owner.order.account))
        own_only = make_person(order=owner.order, sees_all_tickets=False)
        for who, person in {"of another order": beside, "sees only their own": own_only}.items():
            programs[who] = asking(make_token(person=person)[1])
            expected[who] = (404, "not-found")
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


@pytest.mark.django_db
def test_every_endpoint_counts_how_often_it_is_asked_before_it_looks_at_anything_else(settings):
    settings.API_REQUESTS_A_MINUTE = 0
    programs = [asking(make_token(scopes=[scope])[1]) for scope in ("tickets:read", "billing:read")]
    named = {"account": 1, "ticket": 1, "file": 1, "reference": "INV-1"}
    wheres = {(method, re.sub(r"{\w+:", "{", path)) for method, path, _ in OPERATIONS}

    answers = {
        program.generic(method, f"{ROOT}{where.format_map(named)}?unknown=1", "{").json()["code"]
        for program in programs
        for method, where in wheres
    }

    assert answers == {"too-many-requests"}
