"""Services that a client asks to have added, changed or removed, and what staff make of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.contracts.models import ServiceRequest
from apps.contracts.services import (
    DashboardSuspended,
    ServiceRefused,
    ask_service,
    set_standing,
    settle_service,
)
from apps.outbox.models import Message
from tests.factories import MORNING, make_client, make_order, make_service, make_staff

pytestmark = pytest.mark.django_db


def ask(requester, **facts):
    given = {"kind": "ADD", "service": None, "details": "Forty numbers.", "source_key": "a"}
    return ask_service(requester=requester, at=MORNING, **{**given, **facts})


def suspend(order, state="DASHBOARD_SUSPENDED"):
    why = "INV-1 is overdue for 30 days."
    set_standing(account=order.account, state=state, clause="S-12", why=why, at=MORNING)


def told():
    return list(Message.objects.order_by("pk").values_list("topic", "recipient"))


def test_a_request_is_taken_down_once_and_who_asked_hears_of_each_step():
    person, staff = make_client(), make_staff()
    request = ask(person)

    again = ask(person, details="Other words")
    settle_service(request=request, state="DONE", answer="Ordered.", by=staff, at=MORNING)

    request.refresh_from_db()
    kept = (request.order, request.requester, request.state, request.answer, request.decided_by)
    assert kept == (person.order, person, "DONE", "Ordered.", staff)
    assert again == request
    assert told() == [("service.asked", person.email), ("service.settled", person.email)]
    assert [row.state for row in request.history.order_by("history_id")] == ["ASKED", "DONE"]


@pytest.mark.clause("S-12")
@pytest.mark.parametrize("kind", ["ADD", "CHANGE", "REMOVE"])
def test_while_the_dashboard_is_suspended_nothing_can_be_asked(kind):
    person = make_client()
    suspend(person.order)

    with pytest.raises(DashboardSuspended) as refusal:
        ask(person, kind=kind)

    assert refusal.value.clause == "S-12"
    assert (ServiceRequest.objects.count(), told()) == (0, [])


@pytest.mark.clause("S-12")
def test_while_only_support_is_suspended_it_can_and_what_was_asked_before_is_still_decided():
    person = make_client()
    suspend(person.order, "SUPPORT_SUSPENDED")
    request = ask(person)
    suspend(person.order)

    settle_service(request=request, state="DONE", answer="", by=make_staff(), at=MORNING)

    assert ServiceRequest.objects.get().state == "DONE"


def listed(order):
    service = make_service()
    order.services.add(service)
    return service


def retired():
    service = make_service()
    service.is_active = False
    service.save()
    return service


REFUSED = {
    "under an order that is over": (
        lambda order: {"at": MORNING + timedelta(days=400)},
        "V-1.2",
    ),
    "of what is no kind": (lambda order: {"kind": "PAUSE"}, ""),
    "without words": (lambda order: {"details": " \r\n"}, ""),
    "adding what is there": (lambda order: {"service": listed(order)}, ""),
    "adding what is not on offer": (
        lambda order: {"service": retired()},
        "",
    ),
    "removing what is not there": (
        lambda order: listed(order) and {"kind": "REMOVE", "service": make_service()},
        "",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_is_refused(case):
    order = make_order(ends_on=MORNING.date() + timedelta(days=300))
    makes, clause = REFUSED[case]
    facts = {"kind": "ADD", "service": None, "details": "x", "source_key": "a", "at": MORNING}

    with pytest.raises(ServiceRefused) as refusal:
        ask_service(requester=make_client(order=order), **{**facts, **makes(order)})

    assert (refusal.value.clause, ServiceRequest.objects.count()) == (clause, 0)


@pytest.mark.clause("V-3.5")
@pytest.mark.parametrize("missing", ["is_active", "may_open"])
def test_who_may_not_open_tickets_may_not_ask(missing):
    person = make_client()
    setattr(person, missing, False)
    person.save()

    with pytest.raises(ServiceRefused) as refusal:
        ask(person)

    assert refusal.value.clause == "V-3.5"


def test_it_is_decided_once_and_never_declined_without_a_reason():
    request, staff = ask(make_client()), make_staff()
    given = {"request": request, "by": staff, "at": MORNING}
    with pytest.raises(ServiceRefused, match="Say why"):
        settle_service(state="DECLINED", answer=" ", **given)
    with pytest.raises(ServiceRefused, match="is no decision"):
        settle_service(state="ASKED", answer="x", **given)
    settle_service(state="DECLINED", answer="Not sold any more.", **given)

    with pytest.raises(ServiceRefused, match="decided meanwhile: declined"):
        settle_service(state="DONE", answer="", **given)

    assert ServiceRequest.objects.get().state == "DECLINED"


@pytest.mark.parametrize("wrong", [{"kind": "PAUSE"}, {"details": ""}, {"state": "DONE"}])
def test_the_database_refuses_what_cannot_be(wrong):
    request = ask(make_client())

    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceRequest.objects.filter(pk=request.pk).update(**wrong)


def test_staff_decide_on_its_page_and_see_again_what_they_wrote_when_it_is_refused(client):
    request = ask(make_client())
    client.force_login(make_staff(is_superuser=True))
    act = reverse("admin:contracts_servicerequest_act", args=[request.pk, "decline"])
    page = reverse("admin:contracts_servicerequest_change", args=[request.pk])
    waiting = reverse("admin:contracts_servicerequest_changelist") + "?look=open"
    listed_first = list(client.get(waiting).context["cl"].result_list)

    refused = client.post(act, {"answer": " "})
    done = client.post(act, {"answer": "Not sold."})
    late = client.post(act, {"answer": "Twice."})

    assert listed_first == [request]
    assert (refused.status_code, done.status_code, done["Location"]) == (422, 302, page)
    assert (late.status_code, "Twice." in late.content.decode()) == (422, True)
    assert list(client.get(waiting).context["cl"].result_list) == []
    assert ServiceRequest.objects.get().answer == "Not sold."
