"""A broker that is down, hangs or is away behind a wall costs a request next to nothing."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.outbox.conftest import closed_port

# A process of its own: Celery reads the broker's address once.
SCRIPT = """
import sys, time, django
django.setup()
from config import celery
celery.conf.broker_url = sys.argv[1]
from apps.outbox.enqueue import nudge
nudge()  # what is imported on the way is not the broker's fault
began = time.monotonic()
nudge()
print("took", time.monotonic() - began)
"""


@contextmanager
def nobody_listens() -> Iterator[int]:
    yield closed_port()


@contextmanager
def accepts_and_says_nothing() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@contextmanager
def drops_what_arrives() -> Iterator[int]:
    """A server whose queue of callers is full, so that new ones get no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        callers = [socket.socket() for _ in range(3)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        yield server.getsockname()[1]
        for caller in callers:
            caller.close()


@pytest.mark.parametrize("broker", [nobody_listens, accepts_and_says_nothing, drops_what_arrives])
def test_a_nudge_that_cannot_be_sent_is_logged_and_takes_two_seconds_at_most(broker):
    with broker() as port:
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, f"redis://127.0.0.1:{port}/0"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )

    assert "The broker was not told, so the next sweep delivers: " in run.stderr
    assert "Traceback" not in run.stderr
    assert float(run.stdout.split()[1]) < 2
