"""What can be named, and services that are asked for."""

import pytest

from apps.contracts.models import ServiceRequest
from tests.api_made import ROOT, asking, make_token, sent
from tests.entitled_made import make_standing
from tests.factories import make_order, make_preset, make_service
from tests.portal_made import make_person
from tests.tickets.life import WHOLESALE

pytestmark = pytest.mark.django_db


def test_the_catalogue_says_what_a_ticket_can_name(django_assert_num_queries):
    person = make_person(order=make_order(version=make_preset(slug=WHOLESALE)))
    covered, on_offer = make_service(), make_service()
    person.order.services.add(covered)
    program = asking(make_token(person=person)[1])

    told = program.get(f"{ROOT}/catalogue").json()

    severities = person.order.version.severities.order_by("rank")
    assert [each["key"] for each in told["severities"]] == [row.key for row in severities]
    assert [each["criteria"] for each in told["severities"]] == [row.criteria for row in severities]
    assert {each["key"] for each in told["categories"] if each["is_service_related"]} >= {"outage"}
    assert [each["key"] for each in told["services"]] == [covered.key]
    assert {each["key"] for each in told["on_offer"]} == {covered.key, on_offer.key}
    with django_assert_num_queries(4):  # the token, the plan, the order's services, all on offer
        program.get(f"{ROOT}/catalogue")


@pytest.mark.clause("V-2-order")
def test_a_service_is_asked_for_once_and_listed(django_assert_num_queries):
    person, service = make_person(), make_service()
    _, secret = make_token(person=person)
    said = {"kind": "ADD", "service": service.key, "details": "Two more lines."}

    first, again = (sent(secret, "/service-requests", key="one", **said) for _ in range(2))
    listed = asking(secret).get(f"{ROOT}/service-requests").json()

    row = ServiceRequest.objects.get()
    assert (first.status_code, again.content == first.content) == (201, True)
    assert (row.requester, row.service, row.details) == (person, service, "Two more lines.")
    assert listed == {"items": [first.json()], "next": None}
    with django_assert_num_queries(2):  # the token, the requests
        asking(secret).get(f"{ROOT}/service-requests")


@pytest.mark.clause("S-12", "V-3.5")
@pytest.mark.parametrize("sees_money", [True, False])
def test_nothing_is_asked_while_the_dashboard_is_suspended(sees_money):
    person = make_person(may_see_invoices=sees_money)
    _, secret = make_token(person=person, scopes=["services:write"])
    why = "INV-7 of 99.00 USD is overdue."
    make_standing(account=person.order.account, state="DASHBOARD_SUSPENDED", why=why)

    answer = sent(secret, "/service-requests", kind="ADD", details="Two more lines.")

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["clause"]) == (
        403,
        "dashboard-suspended",
        "S-12",
    )
    assert ("99.00" in problem["detail"], ServiceRequest.objects.count()) == (sees_money, 0)


@pytest.mark.clause("V-2-order")
def test_a_change_of_what_the_order_does_not_cover_is_refused():
    person, other = make_person(), make_service()
    person.order.services.add(make_service())
    _, secret = make_token(person=person)

    answer = sent(
        secret, "/service-requests", kind="CHANGE", service=other.key, details="More lines."
    )

    assert (answer.status_code, ServiceRequest.objects.count()) == (409, 0)
