"""Notices by the API: the portal's list."""

from datetime import timedelta

import pytest

from apps.billing.services.standing import review_standing
from apps.outbox.services import deliver_pending
from apps.portal.queries.notices.listed import page_of
from apps.portal.queries.seats import seats_of
from tests.api_made import ROOT, asking, make_token
from tests.escalation.outages import issued, make_incident
from tests.factories import make_ticket
from tests.portal_made import make_person
from tests.standing_made import make_debtor, on, owe

pytestmark = pytest.mark.django_db
MOST = 15  # queries: the list of each kind, and its mails


def read(person, **query):
    _, secret = make_token(person=person, scopes=["notices:read"])
    return asking(secret).get(f"{ROOT}/notices", query).json()


@pytest.mark.clause("S-6", "S-12", "V-3.5")
def test_notices_are_those_of_the_portal_and_on_money_of_who_may_see_it(
    django_assert_max_num_queries,
):
    profile = make_debtor(with_user=False)
    person = make_person(order=profile.account.orders.get())
    plain = make_person(order=person.order, may_see_invoices=False)
    owe(profile)
    review_standing(account=profile.account, at=on(22))
    deliver_pending(at=on(22) + timedelta(minutes=1))
    issued(make_incident(ticket=make_ticket(requester=person)))

    told = read(person)["items"]
    page = read(person, limit=1)
    rest = read(person, limit=1, after=page["next"])

    shown = page_of(seats_of(person.user)[0], after="").notices
    assert [(each["name"], each["heading"]) for each in told] == [
        (each.name, each.heading) for each in shown
    ]
    assert {each["kind"] for each in told} == {"standing", "report"}
    assert (page["items"] + rest["items"], rest["next"]) == (told, None)
    assert [each["kind"] for each in read(plain)["items"]] == ["report"]
    program = asking(make_token(person=person)[1])
    program.get(f"{ROOT}/token")
    with django_assert_max_num_queries(MOST):
        program.get(f"{ROOT}/notices")
