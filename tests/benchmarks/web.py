"""Gunicorn as it is deployed, on a benchmark's own database."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from tests.benchmarks.server import DATABASE, SERVER


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen, int]]:
    """Start it with more of the environment; the process, and the port at which it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "DATABASE_URL": SERVER.rpartition("/")[0] + f"/{DATABASE}",
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        **more,
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py", "config.wsgi"]
    with subprocess.Popen(command, env=given, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield process, port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.2)
    raise AssertionError("gunicorn did not start")
