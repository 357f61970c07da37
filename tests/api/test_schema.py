"""The API's document, and the API asked whatever its document allows, and what it does not."""

import json
import os
import re
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from apps.api.door.words import NO_NUL
from apps.api.shapes.acts import FileSent
from apps.api.shapes.given import Sent
from apps.api.shapes.webhooks import TOLD
from apps.api.urls import api
from apps.contracts.rules.webhooks import EVENTS, TEST
from tests.api_made import ROOT, make_token
from tests.factories import make_order, make_preset
from tests.portal_made import file_of, invoiced, make_person
from tests.tickets.life import WHOLESALE

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))  # of an endpoint, each way: see `make fuzz`
DOCUMENT = api.get_openapi_schema(path_prefix="")
OPERATIONS = [(method, path) for path, of in DOCUMENT["paths"].items() for method in of]
IDS = [f"{method} {path}" for method, path in OPERATIONS]
# What is not on the lists of the order's policy, or of a place in a list, is more than the document
# can say. All else that it allows is taken, or refused for what is there now.
BEYOND = {"no-such-page", "no-such-ground"}
LISTED = {"severity", "category", "service", "is_disconnection", "files"}
CHECKED_BY_DOORS = [checks.ignored_auth, checks.positive_data_acceptance]


@pytest.fixture
def _kept_connected():
    """Let the end of a request close no connection: the test's rows are on it."""
    request_finished.disconnect(close_old_connections)
    request_started.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)
    request_started.connect(close_old_connections)


@cache
def schema() -> Any:
    """Return the document, ready to be asked.

    That no text has NUL is said to who makes texts, rather than as a pattern of a hundred thousand
    characters, for which texts are made ten times as slowly.
    """
    found = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
    found.config.generation.update(allow_x00=False)
    for shape in found.raw_schema["components"]["schemas"].values():
        for part in shape.get("properties", {}).values():
            if part.get("pattern") == NO_NUL:
                del part["pattern"]
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("_kept_connected")
@pytest.mark.parametrize("mode", GenerationMode, ids=str)
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=IDS)
def test_whatever_is_asked_is_answered_as_the_document_says(method, path, mode):
    person = make_person(order=make_order(version=make_preset(slug=WHOLESALE)))
    file = file_of(person)
    named = {
        "account": person.order.account_id,
        "ticket": file.message.ticket_id,
        "file": file.pk,
        "reference": invoiced(person).reference,
    }
    headers = {"Authorization": f"Bearer {make_token(person=person)[1]}"}
    parts = {part: key for part, key in named.items() if f"{{{part}}}" in path}
    fixed = {"path_parameters": parts} if parts and mode.is_positive else {}
    operation = schema()[f"{ROOT}{path}"][method]
    strategy = operation.as_strategy(generation_mode=mode, headers=headers, **fixed)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES == 3,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        if mode.is_positive and method == "post":
            case.headers["Idempotency-Key"] = str(uuid4())
        response = case.call()
        case.validate_response(response, excluded_checks=CHECKED_BY_DOORS)
        if mode.is_positive and response.status_code == 422:
            assert is_beyond(response.json()), response.json()

    try:
        ask()
    except Unsatisfiable:
        assert mode.is_negative  # there is nothing that could be wrong


def is_beyond(problem: dict[str, Any]) -> bool:
    """Tell whether what was refused is more than the document can say."""
    wheres = {each["where"].split(".")[1] for each in problem.get("errors", [])}
    return problem["code"] in BEYOND or (bool(wheres) and wheres <= LISTED)


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=IDS)
def test_an_endpoint_documents_its_name_its_needs_and_its_refusals(method, path):
    told = DOCUMENT["paths"][path][method]
    refusals = {status for status in told["responses"] if status >= 400}

    expected = {401, 422, 429, 500}
    expected |= {403} if path != "/token" else set()
    expected |= {404} if "{" in path else set()
    expected |= {400, 409, 413, 415} if method == "post" else set()
    assert refusals == expected
    assert {kind for status in refusals for kind in told["responses"][status]["content"]} == {
        "application/problem+json"
    }
    assert ("Scope: `" in told["description"]) == (path != "/token")
    assert (told["operationId"].replace("_", "").isalpha(), bool(told["tags"])) == (True, True)


def test_no_two_endpoints_have_the_same_name():
    names = [DOCUMENT["paths"][path][method]["operationId"] for method, path in OPERATIONS]

    assert len(set(names)) == len(names)


def test_each_event_of_webhooks_is_documented_and_refers_to_what_is_there():
    schemas = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    referred = set(re.findall(r'"(#/components/schemas/[^"]+)"', json.dumps(DOCUMENT["webhooks"])))

    assert list(DOCUMENT["webhooks"]) == [*EVENTS, TEST]
    assert referred - schemas == set()
    assert len(referred) == len({shape for shapes in TOLD.values() for shape in shapes})


def test_each_body_has_an_example_that_is_one():
    shapes = {shape.__name__: shape for shape in Sent.__subclasses__() if shape is not FileSent}
    bodies = {
        told["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        for of in DOCUMENT["paths"].values()
        for told in of.values()
        if "requestBody" in told
    }

    examples = {name: DOCUMENT["components"]["schemas"][name]["example"] for name in shapes}
    assert set(shapes) == bodies
    assert [
        shapes[name].model_validate(each).model_dump(exclude_unset=True)
        for name, each in examples.items()
    ] == list(examples.values())
