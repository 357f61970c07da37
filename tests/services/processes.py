"""Real processes around a test: a database of its own, a worker, beat, and a mail server."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from threading import Condition
from time import monotonic

from aiosmtpd.controller import Controller
from redis import Redis

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 90  # seconds; a busy machine starts a worker slowly


@dataclass
class Inbox:
    """What a real SMTP server took, and a way to wait for more."""

    mails: list[tuple[str, Message]] = field(default_factory=list)
    arrived: Condition = field(default_factory=Condition)

    async def handle_DATA(self, server, session, envelope):
        with self.arrived:
            for recipient in envelope.rcpt_tos:
                self.mails.append((recipient, message_from_bytes(envelope.content)))
            self.arrived.notify_all()
        return "250 taken"

    def wait_for(self, count: int) -> list[tuple[str, str]]:
        """Return (recipient, subject) of all mails, once there are so many, sorted."""
        deadline = monotonic() + PATIENCE
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.mails) >= count, timeout=deadline - monotonic())
            return sorted((recipient, str(mail["Subject"])) for recipient, mail in self.mails)


@dataclass
class DeadlyInbox(Inbox):
    """One that kills the worker of whom it hears, once for each recipient, at a moment.

    ``TAKING``: before it takes the mail. ``TAKEN``: it has the mail, and the worker never hears so.
    """

    moment: str = "TAKEN"
    worker: subprocess.Popen | None = None
    killed_for: set[str] = field(default_factory=set)

    async def handle_DATA(self, server, session, envelope):
        (recipient,) = envelope.rcpt_tos
        if recipient in self.killed_for or self.worker is None:
            return await super().handle_DATA(server, session, envelope)
        self.killed_for.add(recipient)
        os.killpg(self.worker.pid, signal.SIGKILL)
        if self.moment == "TAKEN":
            return await super().handle_DATA(server, session, envelope)
        return "451 nobody listens any more"


@contextmanager
def mail_server(inbox: Inbox | None = None) -> Iterator[tuple[Inbox, str]]:
    """Run an SMTP server on a port of its own; yield its inbox and its EMAIL_URL."""
    inbox = inbox or Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@dataclass(frozen=True)
class Installation:
    """One installation of the project: its environment, and commands run in it."""

    environment: dict[str, str]

    def manage(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run manage.py to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def script(self, text: str) -> str:
        """Run a script in a process of its own, to its end, and return what it printed."""
        done = self._run(text)
        assert done["status"] == 0, done["err"]
        return done["out"]

    def dies(self, text: str) -> None:
        """Run a script in a process of its own that is killed before its end."""
        done = self._run(text)
        assert done["status"] == -signal.SIGKILL, done["err"]

    def _run(self, text: str) -> dict:
        console = _console(self)
        assert console.stdin is not None
        assert console.stdout is not None
        console.stdin.write(json.dumps(text) + "\n")
        console.stdin.flush()
        return json.loads(console.stdout.readline())

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen]:
        """Run a Celery process for the length of a block, then end it as an operator would."""
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "config", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def worker(self):
        return self.running(
            "worker", "--pool=threads", "--concurrency=2", "--without-gossip", "--without-mingle"
        )

    def beat(self):
        return self.running("beat", "--pidfile=")


_CONSOLES: dict[str, subprocess.Popen[str]] = {}


def _console(made: Installation) -> subprocess.Popen[str]:
    """Return the process that forks for the installation's scripts: started with the first."""
    name = json.dumps(made.environment, sort_keys=True)
    if name not in _CONSOLES:
        _CONSOLES[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.services.console"],
            cwd=ROOT,
            env={"DJANGO_SETTINGS_MODULE": "config.settings", **made.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    return _CONSOLES[name]


def end_consoles() -> None:
    """End what forked for the scripts of a test."""
    while _CONSOLES:
        _, console = _CONSOLES.popitem()
        with console:
            console.kill()


def installation(folder: Path, **settings: str) -> Installation:
    """Return an installation with its own files; where no other is named, its database is there."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return Installation(
        {
            **kept,
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "only-for-tests-" + "y" * 40,
            "VAR_DIR": str(folder),
            **settings,
        }
    )


DATABASE = "faultline.sqlite3"  # in an installation's folder


def forget(url: str, *, prefix: str) -> None:
    """Remove what an installation left in Redis."""
    with Redis.from_url(url) as redis:
        for key in redis.scan_iter(f"{prefix}*"):
            redis.delete(key)
