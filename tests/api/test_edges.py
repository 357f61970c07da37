"""What no well-behaved program sends: each is answered with a problem, and nothing is done."""

import json

import pytest
from django.test import Client

from apps.api.door.bodies import most_bytes
from apps.api.models import KeptAnswer
from tests.api.test_schema import OPERATIONS
from tests.api_made import ROOT, asking, make_token
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
WHOLE = {"subject": "No dial tone", "text": "Nothing works.", "severity": "2"}


def told(response):
    return (response.status_code, response.headers["Content-Type"], response.json().get("code", ""))


def post(body, *, key="the-same-one", kind="application/json"):
    program = asking(make_token(person=make_person())[1])
    headers = {"Idempotency-Key": key} if key is not None else {}
    return program.generic("POST", f"{ROOT}/tickets", body, content_type=kind, headers=headers)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b" ", (400, PROBLEM, "unreadable")),
        (b"{", (400, PROBLEM, "unreadable")),
        (b"\xff\xfe", (400, PROBLEM, "unreadable")),
        (b"[" * 100_000, (400, PROBLEM, "unreadable")),
        (b'{"subject": NaN}', (400, PROBLEM, "unreadable")),
        (b'{"severity": "1", "severity": "4"}', (400, PROBLEM, "unreadable")),
        (b"[]", (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"subject": 10**4000}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"subject": "a\0b"}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"text": "a\ud800b"}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"text": " \n "}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"subject": "a" * 251}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"severty": "2"}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"severity": "9"}), (422, PROBLEM, "invalid")),
        (json.dumps(WHOLE | {"is_disconnection": "yes"}), (422, PROBLEM, "invalid")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_taken_is_a_problem_and_uses_up_no_key(body, expected):
    assert (told(post(body)), KeptAnswer.objects.count()) == (expected, 0)


def test_what_is_wrong_is_said_of_each_part_with_what_to_do():
    files = [{"name": "a\0", "content": "no base64"}]
    sent = {"subject": "", "text": 5, "severity": "ü", "severty": "2", "files": files}
    program = asking(make_token(person=make_person())[1])

    told = [
        post(json.dumps(sent), key="with blank"),
        program.get(f"{ROOT}/tickets?changed_since=2026-03-04&after=x"),
    ]

    assert [{each["where"]: each["why"] for each in one.json()["errors"]} for one in told] == [
        {
            "body.subject": "String should have at least 1 character",
            "body.text": "Send a text.",
            "body.severity": "Send a key of the catalogue: letters, digits, “_”, “.” and “-”.",
            "body.severty": "It is not known here. Leave it out.",
            "body.files.0.name": "It has the character NUL. Leave that out.",
            "body.files.0.content": "It is no base64 in one line.",
            "header.Idempotency-Key": ("Use letters, digits and signs of ASCII, without blanks."),
        },
        {
            "query.changed_since": (
                "Send an instant with its offset, such as 2026-03-04T14:00:00Z; in an address + is"
                " %2B."
            ),
            "query.after": (
                "Send what “next” of a page was, unchanged; leave it out for the first page."
            ),
        },
    ]


def test_files_have_limits(settings):
    settings.SENT_FILE_MAX_BYTES, settings.SENT_FILES_MAX_BYTES = 5, 8

    def with_files(*files):
        sent = [{"name": name, "content": content} for name, content in files]
        return told(post(json.dumps(WHOLE | {"files": sent})))[::2]

    five = ("a.txt", "aGVsbG8=")
    assert with_files(five)[0] == 201
    assert [
        with_files(*files)
        for files in (
            [five, ("b.txt", "aGVsbG8=")],
            [("a.txt", "aGVsbG8h")],
            [("a.exe", "aGVsbG8=")],
            [("a.txt", "aGVsbG8")],
            [("a.txt", "a GVsbG8=")],
        )
    ] == [(422, "invalid")] * 5


def test_what_is_sent_has_a_most(settings):
    settings.SENT_FILES_MAX_BYTES = 30
    body = json.dumps(WHOLE)

    longest, longer = (post(body + " " * (most_bytes() - len(body) + more)) for more in (0, 1))

    assert (longest.status_code, told(longer)) == (201, (413, PROBLEM, "too-large"))


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""],
)
def test_what_is_sent_is_json_by_its_own_word(kind):
    assert told(post(json.dumps(WHOLE), kind=kind)) == (415, PROBLEM, "not-json")


@pytest.mark.parametrize("key", [None, "", "a" * 201, "with blank", "ümlaut"])
def test_each_request_that_changes_something_has_a_key(key):
    assert told(post(json.dumps(WHOLE), key=key)) == (422, PROBLEM, "invalid")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("/tickets?stat=OPEN", (422, PROBLEM, "unknown-parameter")),
        ("/catalogue?a=1", (422, PROBLEM, "unknown-parameter")),
        ("/tickets?state=NEW", (422, PROBLEM, "invalid")),
        ("/tickets?severity=a%00b", (422, PROBLEM, "invalid")),
        ("/tickets?changed_since=2026-03-04", (422, PROBLEM, "invalid")),
        ("/tickets?changed_since=0001-01-01T00:00:00%2B14:00", (422, PROBLEM, "invalid")),
        ("/tickets?limit=101", (422, PROBLEM, "invalid")),
        ("/tickets?after=1", (422, PROBLEM, "no-such-page")),
        ("/invoices?after=99999999.1", (422, PROBLEM, "no-such-page")),
        (f"/service-requests?after={2**63}", (422, PROBLEM, "invalid")),
        (f"/tickets/{10**30}", (404, PROBLEM, "not-found")),
        (f"/tickets/{'9' * 5000}", (404, PROBLEM, "not-found")),
        ("/invoices/a%00b", (404, PROBLEM, "not-found")),
        ("/invoices/%ED%A0%80", (404, PROBLEM, "not-found")),
        ("/nothing", (404, PROBLEM, "not-found")),
        ("/../v2/tickets", (404, PROBLEM, "not-found")),
    ],
)
def test_an_address_that_makes_no_sense_is_a_problem(where, expected):
    program = asking(make_token(person=make_person())[1])

    assert told(program.get(f"{ROOT}{where}")) == expected


@pytest.mark.parametrize("path", sorted({path for _, path in OPERATIONS}))
def test_another_method_is_a_problem_that_says_which_there_are(path):
    there = sorted(method.upper() for method, each in OPERATIONS if each == path)
    where = ROOT + path.format(account=1, ticket=1, file=1, reference="INV-1")
    others = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - {*there}

    answers = [Client().generic(method, where) for method in sorted(others)]

    assert {(told(each), each.headers["Allow"]) for each in answers} == {
        ((405, PROBLEM, "other-method"), ", ".join(there))
    }
