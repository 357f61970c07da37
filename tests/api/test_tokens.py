"""Tokens: what they are good for, who makes them, how often they ask."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine

from apps.contracts.models import ApiToken
from apps.contracts.services import TokenRefused, issue_token
from apps.contracts.services.api_tokens import MOST
from apps.contracts.services.orders import sign
from tests.api_made import ROOT, asking, make_token
from tests.factories import MORNING, make_staff
from tests.portal_made import make_person

pytestmark = pytest.mark.django_db
SERIAL = count(1)


def issued(person, **facts):
    given = {
        "name": f"Dashboard {next(SERIAL)}",
        "scopes": ["standing:read"],
        "by": make_staff(),
        "at": MORNING,
    }
    return issue_token(person=person, **(given | facts))


def test_a_token_is_shown_once_and_kept_as_a_digest():
    made = issued(make_person())

    row = ApiToken.objects.values().get(pk=made.token.pk)
    assert made.secret not in str(row)
    assert (row["hint"], len(made.secret)) == (made.secret[-4:], 47)


@pytest.mark.clause("V-3.5")
def test_nobody_gives_a_token_what_they_may_not_do():
    owner = make_person(may_see_invoices=False)
    stranger, ended = make_person(), make_person()
    ended.is_active = False
    ended.save()
    refused = {
        "may not: read invoices and charges": (owner, {"scopes": ["billing:read"]}),
        "is no scope": (owner, {"scopes": ["everything"]}),
        "at least one scope": (owner, {"scopes": []}),
        "a name that says": (owner, {"name": " "}),
        "must lie ahead": (owner, {"expires_at": MORNING}),
        "is not active": (ended, {}),
        "of the same order": (owner, {"of_client": stranger}),
        "provider's own is not good": (None, {"scopes": ["tickets:read"]}),
    }

    said = {}
    for why, (person, facts) in refused.items():
        with pytest.raises(TokenRefused) as refusal:
            issued(person, **facts)
        said[why] = why in str(refusal.value)

    assert said == dict.fromkeys(refused, True)
    assert ApiToken.objects.count() == 0


def test_an_account_has_so_many_tokens_and_no_more():
    person = make_person()
    tokens = [issued(person).token for _ in range(MOST)]

    with pytest.raises(TokenRefused, match="20 tokens at most"):
        issued(make_person(order=person.order))
    ApiToken.objects.filter(pk=tokens[0].pk).update(expires_at=MORNING)
    issued(person)

    assert ApiToken.objects.count() == MOST + 1


@pytest.mark.clause("V-3.5")
def test_who_is_brought_back_gets_none_of_their_tokens_back():
    person = make_person()
    before, secret = make_token(person=person)

    for days, is_active in enumerate((False, True), start=1):
        person.is_active = is_active
        sign(person, reason="Left, or not.", by=None, at=MORNING + timedelta(days=days))
        person.save()
    later = MORNING + timedelta(days=2)
    after, new = make_token(person=person, at=later)

    answers = [asking(each).get(f"{ROOT}/token").status_code for each in (secret, new)]
    rows = ApiToken.objects.with_left().order_by("pk")
    assert answers == [401, 200]
    assert [row.is_left for row in rows] == [before.is_left, after.is_left] == [True, False]
    assert (list(rows.over(at=later)), list(rows.usable(at=later))) == ([before], [after])


def test_it_is_known_to_the_minute_when_a_token_was_used():
    token, secret = make_token()
    used = []
    for seconds in (0, 59, 60):
        with time_machine.travel(MORNING + timedelta(seconds=seconds), tick=False):
            asking(secret).get(f"{ROOT}/token")
        token.refresh_from_db()
        used.append((token.last_used_at - MORNING).total_seconds())

    assert used == [0, 0, 60]


def test_a_token_that_asks_too_often_waits_for_the_next_minute(settings):
    settings.API_REQUESTS_A_MINUTE = 2
    (_, secret), (_, other) = make_token(), make_token()

    with time_machine.travel(MORNING + timedelta(seconds=15), tick=False):
        answers = [asking(secret).get(f"{ROOT}/token") for _ in range(3)]
        others = asking(other).get(f"{ROOT}/token").status_code
    with time_machine.travel(MORNING + timedelta(seconds=60), tick=False):
        later = asking(secret).get(f"{ROOT}/token").status_code

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert (answers[2].json()["code"], answers[2].headers["Retry-After"]) == (
        "too-many-requests",
        "46",
    )
    assert (others, later) == (200, 200)


def test_what_is_refused_at_the_door_counts_too(settings):
    settings.API_REQUESTS_A_MINUTE = 2
    _, secret = make_token(scopes=["standing:read"])

    with time_machine.travel(MORNING, tick=False):
        answers = [
            asking(secret).get(f"{ROOT}/{where}").status_code
            for where in ("tickets", "token?unknown=1", "tickets")
        ]

    assert answers == [403, 422, 429]
