"""Many workers at once, on a database that lets them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from apps.outbox import services
from apps.outbox.models import Message
from tests.outbox.making import NOON, make_message


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.usefixtures("requires_postgresql")
def test_four_workers_at_once_send_each_message_once(sink):
    with transaction.atomic():
        keys = {make_message().message_id for _ in range(200)}

    def work(_: int) -> int:
        try:
            return services.deliver_pending(at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(work, range(4)))

    assert Counter(mail["Message-ID"] for mail in sink.mails) == Counter(keys)
    assert sum(counts) == 200
    assert max(counts) < 200  # else they did not work side by side
    assert Message.objects.exclude(state="SENT", attempts=1).count() == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_before_its_claim_is_committed():
    make_message()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        services.deliver_pending(at=NOON)
