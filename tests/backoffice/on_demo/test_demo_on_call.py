"""The demo's on-call: who has it, a night that nobody has, and voice messages of each kind."""

import pytest

from apps.escalation.models import CoverageGap, Page
from apps.escalation.queries.rotations import schedules
from apps.intake.models import VoiceMessage
from tests.backoffice.making import NOON

pytestmark = pytest.mark.django_db


def states(model):
    return sorted(model.objects.values_list("state", flat=True))


@pytest.mark.usefixtures("demo")
def test_somebody_is_on_call_and_a_night_is_nobodys():
    people = {str(plan.now(at=NOON).person) for plan in schedules(since=NOON)}

    assert len(people) == 2
    assert states(CoverageGap) == ["OPEN"]


@pytest.mark.usefixtures("demo")
def test_two_pages_were_taken_and_voice_messages_wait():
    assert states(Page) == ["ACKNOWLEDGED", "ACKNOWLEDGED"]
    found = states(VoiceMessage)
    assert (len(found), found.count("WAITING")) == (3, 1)
    assert "PAGED" in found
