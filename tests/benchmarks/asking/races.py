"""Requests a second of the endpoints that are asked most, in turn with the emptiest one.

What is asked is asked by several programs at once, so that the server never waits for us.
"""

import http.client
import json
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.contracts.models import AuthorisedUser
from apps.contracts.rules.entitlement import Wanted
from apps.contracts.services import SCOPES, issue_token
from apps.intake.services import request_support
from tests.benchmarks.harness import Ratio, medians
from tests.benchmarks.seated.data import LARGEST, NOW
from tests.benchmarks.server import DATABASE, execute, use
from tests.benchmarks.web import serving
from tests.factories import make_staff

SCHEMA = "many"
ROUNDS, ASKED, AT_ONCE = 7, 400, 4  # requests a round
OF_STANDING, OF_SAME = 1 / 3, 2 / 3  # of the requests a second of the emptiest
MORE_QUERIES = 10  # of a ticket by the API than of intake itself
UNLIMITED = "100000000"


def races() -> list[Ratio]:
    execute(f"ALTER DATABASE {DATABASE} SET search_path TO {SCHEMA}")
    use(SCHEMA)
    person = _person()
    secret = issue_token(
        person=person, name="Bench", scopes=[*SCOPES], by=make_staff(), at=NOW
    ).secret
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), API_REQUESTS_A_MINUTE=UNLIMITED) as (_, port),
    ):
        ratios = _races(port, secret, person)
    return [*ratios, _queries(secret, person)]


def _person() -> AuthorisedUser:
    """Return who has the largest account, with all rights."""
    person = AuthorisedUser.objects.select_related("order").get(order__account__name=LARGEST)
    for right in ("may_open", "may_escalate", "may_confirm_closure"):
        setattr(person, right, True)
    person.save()
    return person


def _races(port: int, secret: str, person: AuthorisedUser) -> list[Ratio]:
    where = f"/api/v1/accounts/{person.order.account_id}/standing"
    shown = {"Authorization": f"Bearer {secret}"}
    status, tag = _ask(port, where, shown)
    assert status == 200, status
    emptiest = _asking(port, "/api/v1/token", shown, 200)
    standing = _asking(port, where, shown, 200)
    same = _asking(port, where, shown | {"If-None-Match": tag}, 304)
    return [
        _race("standing, to the emptiest", emptiest, standing, OF_STANDING),
        _race("standing that holds (304)", emptiest, same, OF_SAME),
    ]


def _ask(port: int, where: str, headers: Mapping[str, str]) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", where, headers=dict(headers))
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.status, answer.headers.get("ETag", "")


def _asking(port: int, where: str, headers: Mapping[str, str], status: int) -> Callable[[], None]:
    """Return what asks so often, by several programs at once."""

    def program(_: int) -> set[int]:
        return {_ask(port, where, headers)[0] for _ in range(ASKED // AT_ONCE)}

    def ask() -> None:
        with ThreadPoolExecutor(max_workers=AT_ONCE) as programs:
            answers = set[int]().union(*programs.map(program, range(AT_ONCE)))
        assert answers == {status}, answers

    return ask


def _race(name: str, floor: Callable[[], None], ours: Callable[[], None], bound: float) -> Ratio:
    floor()
    ours()  # connections are open, caches warm
    of_floor, of_ours = medians(floor, ours, ROUNDS)
    note = f"{ASKED / of_ours:,.0f} to {ASKED / of_floor:,.0f} requests a second"
    return Ratio(name, of_floor / of_ours, bound, at_least=True, note=note)


def _queries(secret: str, person: AuthorisedUser) -> Ratio:
    said = {"subject": "No dial tone", "text": "Nothing works."}
    severity = person.order.version.severities.get(is_default=True)

    def by_intake() -> None:
        request_support(
            requester=person,
            channel="API",
            wanted=Wanted.TICKET,
            at=NOW,
            source_key=f"bench:{uuid4()}",
            severity=severity,
            **said,
        )

    def by_api() -> None:
        answer = Client(SERVER_NAME="127.0.0.1").post(
            "/api/v1/tickets",
            json.dumps(said | {"severity": severity.key}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 201, answer.content[:500]

    intake, api = (_counted(each) for each in (by_intake, by_api))
    note = f"{api} queries by the API, {intake} of intake itself, {MORE_QUERIES} more are allowed"
    more = (api - intake) / MORE_QUERIES
    return Ratio("a ticket's queries, to those allowed", more, 1, at_least=False, note=note)


def _counted(act: Callable[[], None]) -> int:
    act()
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)
