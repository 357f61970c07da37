"""Alerts inside of confirmed maintenance: kept, marked, and handled if they outlast it."""

import pytest

from apps.changes.models import Maintenance
from apps.changes.queries import windows_of
from apps.changes.rules.maintenance import Act
from apps.changes.services import Words
from apps.intake.services import handle_alerts
from apps.intake.services.alerts_handle import LOOK_AGAIN
from apps.tickets.models import Ticket
from tests.factories import make_service
from tests.maintenance_made import WINDOW, act, planned
from tests.monitoring_made import MINUTE, alert, make_meaning, make_source, make_watched, only, told

pytestmark = [pytest.mark.django_db, pytest.mark.clause("V-2-monitoring", "S-11")]
ENDS = WINDOW + 180 * MINUTE


@pytest.fixture
def ada():
    return make_watched()


def maintained(ada, name=Act.CONFIRM, **facts):
    """Confirm work on a trunk of the account, or only announce it."""
    row = planned(objects=[(ada.order.account, "trunk-1")], **facts)
    act(row, name)
    return row


def fires(*, at, **labels):
    source = make_source()
    told(source, alert(began_at=at, **labels), at=at)
    return source


def shown_on(ticket):
    return [(each.update.maintenance, each.update.state) for each in windows_of(ticket)]


@pytest.mark.parametrize(
    ("at", "handling"),
    [
        (WINDOW - MINUTE, "TICKET"),
        (WINDOW, "SILENCED"),
        (ENDS - MINUTE, "SILENCED"),
        (ENDS, "TICKET"),
    ],
)
def test_inside_the_window_it_opens_nothing(ada, at, handling):
    row = maintained(ada)

    found = only(fires(at=at, trunk="Trunk-1"))

    assert found.handling == handling
    assert found.window == (f"{row.number} New core switch" if handling == "SILENCED" else "")
    assert Ticket.objects.count() == (handling == "TICKET")


def test_what_still_fires_when_the_window_is_over_is_handled_then(ada):
    maintained(ada)
    source = fires(at=ENDS - MINUTE, trunk="trunk-1")
    assert only(source).look_again_at == ENDS

    assert handle_alerts(at=ENDS - MINUTE) == 0
    assert handle_alerts(at=ENDS) == 1

    found = only(source)
    assert (found.handling, found.window, found.look_again_at) == ("TICKET", "", None)


def test_what_is_over_before_the_window_ends_opens_nothing(ada):
    maintained(ada)
    source = fires(at=WINDOW, trunk="trunk-1")
    over = alert(began_at=WINDOW, over_at=WINDOW + MINUTE, status="resolved", trunk="trunk-1")
    told(source, over, at=WINDOW + 2 * MINUTE)

    handle_alerts(at=ENDS)

    assert (only(source).handling, Ticket.objects.count()) == ("SILENCED", 0)


@pytest.mark.parametrize("at", [WINDOW, ENDS - MINUTE])
def test_a_window_that_nobody_confirmed_silences_nothing_and_the_ticket_shows_it(ada, at):
    row = maintained(ada, Act.ANNOUNCE)

    found = only(fires(at=at, trunk="trunk-1"))

    assert (found.handling, found.window) == ("TICKET", "")
    assert shown_on(found.ticket) == [(row, "PLANNED")]


def test_a_ticket_of_alerts_shows_the_windows_of_their_objects_and_of_no_others(ada):
    row = maintained(ada, Act.ANNOUNCE)
    voice = make_service()
    make_meaning(job="v", service=voice)
    make_meaning(instance="10.0.0.1", object_name="trunk-1")

    of_object = only(fires(at=WINDOW, job="v", instance="10.0.0.1")).ticket
    of_another = only(fires(at=WINDOW, job="v", instance="10.0.0.2")).ticket

    assert of_object.service == of_another.service == voice
    assert (shown_on(of_object), shown_on(of_another)) == ([(row, "PLANNED")], [])


@pytest.mark.parametrize("last", [Act.CANCEL, Act.FINISH])
def test_a_window_that_is_cancelled_or_done_silences_no_more(ada, last):
    row = maintained(ada)
    act(row, Act.START, at=WINDOW)
    source = fires(at=WINDOW, trunk="trunk-1")
    assert only(source).handling == "SILENCED"
    act(row, last, words_to=Words("Not tonight"), at=WINDOW)

    assert handle_alerts(at=WINDOW + LOOK_AGAIN - MINUTE) == 0
    assert handle_alerts(at=WINDOW + LOOK_AGAIN) == 1

    assert only(source).handling == "TICKET"
    assert only(fires(at=WINDOW + LOOK_AGAIN, trunk="trunk-1")).handling == "TICKET"


@pytest.mark.parametrize(
    ("facts", "labels"),
    [
        ({"impact": Maintenance.Impact.NO_IMPACT}, {"trunk": "trunk-1"}),
        ({}, {"trunk": "trunk-2"}),
        ({}, {}),
    ],
)
def test_other_alerts_are_not_silenced(ada, facts, labels):
    maintained(ada, **facts)

    assert only(fires(at=WINDOW, **labels)).handling == "TICKET"


def test_a_service_or_an_object_may_be_what_a_label_means(ada):
    maintained(ada)
    make_meaning(instance="10.0.0.1", object_name="trunk-1")
    voice = make_service()
    act(planned(services=[voice]), Act.CONFIRM)
    make_meaning(job="v", service=voice)

    assert only(fires(at=WINDOW, instance="10.0.0.1")).handling == "SILENCED"
    assert only(fires(at=WINDOW, job="v")).handling == "SILENCED"
