"""The API's document: what it says is so, and it leaves nothing unsaid."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from apps.api.document_problems import ALL
from apps.api.shapes.webhooks import TOLD
from apps.api.urls import api
from tests.api.test_schema import DOCUMENT, IDS, OPERATIONS
from tests.api_made import ROOT, asking, make_token
from tests.portal_made import make_person

SCHEMAS = DOCUMENT["components"]["schemas"]
JSON = "application/json"
CODE = re.compile(r'HTTPStatus\.(\w+),\s+"([a-z-]+)"')


def shapes(above: type[Schema] = Schema) -> dict[str, type[Schema]]:
    """Return what is sent, by the name that the document has for it."""
    below = [each for each in above.__subclasses__() if each.__module__.startswith("apps.api")]
    found = {each.__name__: each for each in below}
    return found | {name: shape for each in below for name, shape in shapes(each).items()}


def sent(shape: type[Schema], example: Any) -> Any:
    """Return an example as it would be sent."""
    told = shape.model_validate(example).model_dump(by_alias=True)
    return json.loads(json.dumps(told, cls=NinjaJSONEncoder))


def test_each_answer_has_an_example_that_would_be_sent_so():
    answers = {
        (path, status): answer["content"][JSON]
        for path, of in DOCUMENT["paths"].items()
        for told in of.values()
        for status, answer in told["responses"].items()
        if JSON in answer.get("content", {})
    }
    named = {
        where: (answer["schema"]["$ref"].split("/")[-1], answer["example"])
        for where, answer in answers.items()
    }

    assert len(named) == len(
        [path for _, path in OPERATIONS if not path.endswith(("file}", "pdf"))]
    )
    assert {where: sent(shapes()[name], example) for where, (name, example) in named.items()} == {
        where: example for where, (_, example) in named.items()
    }


@pytest.mark.parametrize("name", TOLD)
def test_each_message_to_an_endpoint_has_examples_that_would_be_sent_so(name):
    body = DOCUMENT["webhooks"][name]["post"]["requestBody"]["content"][JSON]
    told = {key: each["value"] for key, each in body["examples"].items()}

    assert list(told) == [shape.__name__ for shape in TOLD[name]]
    assert {each["type"] for each in told.values()} == {name}
    assert {shape.__name__: sent(shape, told[shape.__name__]["data"]) for shape in TOLD[name]} == {
        key: each["data"] for key, each in told.items()
    }


def test_every_part_every_parameter_and_every_group_is_described():
    parts = {
        f"{name}.{part}": of.get("description")
        for name, schema in SCHEMAS.items()
        for part, of in schema.get("properties", {}).items()
    }
    parameters = {
        f"{path} {each['name']}": each.get("description")
        for path, of in DOCUMENT["paths"].items()
        for told in of.values()
        for each in told["parameters"]
    }
    tags = {
        tag for of in DOCUMENT["paths"].values() for told in of.values() for tag in told["tags"]
    }

    assert [where for where, words in (parts | parameters).items() if not words] == []
    assert {each["name"] for each in DOCUMENT["tags"] if each["description"]} >= tags


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=IDS)
def test_a_problem_is_sent_as_the_document_shows_it(method, path):
    person = make_person()
    scopes = ["tickets:read"] if "invoices" in path or "charges" in path else ["billing:read"]
    every, other = (
        asking(make_token(person=person, **more)[1]) for more in ({}, {"scopes": scopes})
    )
    named = {"account": 1, "ticket": 1, "file": 1, "reference": "INV-1"}
    where = f"{ROOT}{path.format(**named)}"
    asked = {
        "no-token": (Client(), where),
        "scope-missing": (other, where),
        "unknown-parameter": (every, f"{where}?nothing=1"),
        "not-json": (every, where),
        "no-such-page": (every, f"{where}?after=1.1.1.1"),
    }
    shown = {
        code: each["value"]
        for status, answer in DOCUMENT["paths"][path][method]["responses"].items()
        if status >= 400
        for code, each in answer["content"]["application/problem+json"]["examples"].items()
        if code in asked
    }

    told = {
        code: program.generic(method.upper(), at, "", content_type="text/plain").json()
        for code, (program, at) in asked.items()
        if code in shown
    }

    assert {"no-token", "unknown-parameter"} <= told.keys()
    assert told == shown


def test_every_problem_that_there_is_is_documented():
    code = "\n".join(path.read_text() for path in Path("apps/api").rglob("*.py"))
    raised = {(status, code) for status, code in CODE.findall(code)} | {
        ("BAD_REQUEST", "unreadable")
    }

    assert {(problem.status.name, code) for code, (problem, _) in ALL.items()} == raised
    told = {
        code
        for of in DOCUMENT["paths"].values()
        for operation in of.values()
        for status, answer in operation["responses"].items()
        if status >= 400
        for code in answer["content"]["application/problem+json"]["examples"]
    }
    assert told == set(ALL) - {"other-method"}  # which is no endpoint's
    assert [code for code in ALL if f"`{code}`" not in api.description] == []
