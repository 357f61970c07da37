"""The task and the command."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.outbox.tasks import deliver_pending
from tests.outbox.making import make_message

pytestmark = pytest.mark.django_db


def test_the_task_delivers_what_is_due_by_now():
    message = make_message()

    deliver_pending()

    message.refresh_from_db()
    assert message.state == "SENT"
    assert deliver_pending.name == "apps.outbox.tasks.deliver_pending"


def test_the_command_says_what_went_out_what_waits_and_what_is_dead():
    make_message()
    make_message(at=timezone.now() + timedelta(days=1))
    make_message(topic="kettle.sang")
    out = StringIO()

    call_command("deliver_pending", stdout=out)

    assert out.getvalue() == "1 sent, 1 waiting, 1 dead letters\n"
