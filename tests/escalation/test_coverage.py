"""Hours that nobody has: found days ahead, told once, closed when somebody takes them."""

from datetime import timedelta

import pytest

from apps.escalation.models import CoverageGap
from apps.escalation.services.coverage import Watched, watch_coverage
from apps.escalation.services.overrides import override
from apps.outbox.models import Message
from apps.outbox.rendering import Withdrawn, render
from tests.factories import make_staff
from tests.on_call_made import MONDAY, local, make_rotation

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S-2", "S-3")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = local("2026-03-05 20:00")


@pytest.fixture
def boss():
    return make_staff(name="boss", is_duty_manager=True)


@pytest.fixture
def rotation(boss):
    """Ana has it always, but for twelve hours on Thursday night."""
    ana = make_staff(name="ana")
    rotation = make_rotation(ana)
    give(rotation, None, NIGHT, NIGHT + 12 * HOUR, by=boss)
    return rotation


def give(rotation, user, starts_at, ends_at, *, by, at=MONDAY):
    return override(
        rotation=rotation, user=user, starts_at=starts_at, ends_at=ends_at, by=by, at=at
    )


def gaps():
    rows = CoverageGap.objects.order_by("pk")
    return list(rows.values_list("starts_at", "ends_at", "state"))


def test_a_gap_is_found_as_soon_as_it_is_near_enough_and_told_once(rotation, boss):
    rotation.warn_days = 2
    rotation.save()
    near = NIGHT - 2 * DAY

    assert watch_coverage(at=near) == Watched()  # it begins with the end of what is looked at
    assert watch_coverage(at=near + HOUR) == Watched(found=1)
    assert watch_coverage(at=near + HOUR) == Watched()
    assert watch_coverage(at=near + DAY) == Watched()

    assert gaps() == [(NIGHT, NIGHT + 12 * HOUR, "OPEN")]
    assert list(Message.objects.values_list("topic", "recipient")) == [("oncall.gap", boss.email)]


def test_one_that_somebody_takes_is_filled_and_its_mail_withdrawn(rotation, boss):
    watch_coverage(at=MONDAY)
    give(rotation, boss, NIGHT, NIGHT + 12 * HOUR, by=boss)

    assert watch_coverage(at=MONDAY + HOUR) == Watched(closed=1)

    assert gaps() == [(NIGHT, NIGHT + 12 * HOUR, "FILLED")]
    message = Message.objects.get()
    with pytest.raises(Withdrawn):
        render(topic=message.topic, payload=message.payload)


def test_one_whose_middle_is_taken_is_two_and_is_not_told_again(rotation, boss):
    watch_coverage(at=MONDAY)
    give(rotation, boss, NIGHT + 4 * HOUR, NIGHT + 6 * HOUR, by=boss)

    assert watch_coverage(at=MONDAY + HOUR) == Watched()

    assert gaps() == [
        (NIGHT, NIGHT + 4 * HOUR, "OPEN"),
        (NIGHT + 6 * HOUR, NIGHT + 12 * HOUR, "OPEN"),
    ]
    assert Message.objects.count() == 1


def test_one_that_runs_keeps_its_beginning_and_passes(rotation):
    watch_coverage(at=MONDAY)

    assert watch_coverage(at=NIGHT + HOUR) == Watched()
    assert gaps() == [(NIGHT, NIGHT + 12 * HOUR, "OPEN")]
    assert watch_coverage(at=NIGHT + 12 * HOUR) == Watched(closed=1)
    assert gaps() == [(NIGHT, NIGHT + 12 * HOUR, "PASSED")]


def test_one_that_opens_again_is_a_new_one(rotation, boss):
    watch_coverage(at=MONDAY)
    give(rotation, boss, NIGHT, NIGHT + 12 * HOUR, by=boss)
    watch_coverage(at=MONDAY)
    give(rotation, None, NIGHT, NIGHT + 12 * HOUR, by=boss)

    assert watch_coverage(at=MONDAY) == Watched(found=1)
    assert [state for *_, state in gaps()] == ["FILLED", "OPEN"]
    assert Message.objects.count() == 2


def test_one_that_goes_beyond_what_is_looked_at_grows_with_it(boss):
    make_rotation()

    watch_coverage(at=MONDAY)
    watch_coverage(at=MONDAY + DAY)

    assert gaps() == [(MONDAY, MONDAY + 8 * DAY, "OPEN")]
    assert Message.objects.count() == 1


def test_a_rotation_that_is_not_used_lacks_nobody(rotation):
    watch_coverage(at=MONDAY)
    rotation.is_active = False
    rotation.save()

    assert watch_coverage(at=MONDAY) == Watched(closed=1)
    assert gaps() == [(NIGHT, NIGHT + 12 * HOUR, "FILLED")]


def test_the_mail_says_which_hours(rotation):
    watch_coverage(at=MONDAY)
    message = Message.objects.get()

    email = render(topic=message.topic, payload=message.payload)

    assert email.subject == f"Nobody on call: {rotation} from Thu 5 Mar 2026, 20:00 EST"
    assert "Until:     Fri 6 Mar 2026, 08:00 EST" in email.text
