"""The demo, whatever day and hour a trial begins at."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from apps.backoffice.demo import load_demo
from apps.escalation.models import Page
from apps.intake.models import VoiceMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_published")]


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 7, 4, 3, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ],
)
def test_two_voice_messages_paged_and_one_waits(at):
    with transaction.atomic():
        load_demo(at=at)
        found = (Page.objects.count(), VoiceMessage.objects.count())
        transaction.set_rollback(True)

    assert found == (2, 3)
