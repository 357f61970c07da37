"""Two tickets that have to do with each other say so, both."""

import pytest

from apps.tickets import services
from apps.tickets.models import Link
from tests.factories import make_staff, make_ticket
from tests.tickets.reading import everything, facts, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return make_ticket(), make_ticket()


def test_both_say_it_whichever_was_open(pair):
    first, second = pair
    by = make_staff()

    services.link(ticket=second, other=first, by=by, at=later(minutes=5))

    assert [*Link.objects.values_list("first", "second", "by", "at")] == [
        (first.pk, second.pk, by.pk, later(minutes=5))
    ]
    assert facts(first, "LINKED") == [{"linked": second.number, "pk": second.pk}]
    assert facts(second, "LINKED") == [{"linked": first.number, "pk": first.pk}]


def test_twice_is_once_and_taken_back_twice_is_once(pair):
    first, second = pair
    call = {"by": make_staff(), "at": later(minutes=5)}
    services.link(ticket=first, other=second, **call)
    before = everything()
    services.link(ticket=second, other=first, **call)
    assert everything() == before

    for _ in range(2):
        services.unlink(ticket=first, other=second, **call)

    assert Link.objects.count() == 0
    assert facts(second, "LINKED")[1:] == [{"linked": first.number, "pk": first.pk, "undone": True}]


def test_a_ticket_is_not_linked_with_itself(pair):
    with pytest.raises(services.Refused, match="is this ticket itself"):
        services.link(ticket=pair[0], other=pair[0], by=make_staff(), at=later())
