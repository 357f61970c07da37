"""manage.py receive_mail: what a mail server hears."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.intake.models import InboundMail
from apps.tickets.models import Ticket
from tests.factories import MORNING
from tests.intake.mails_in import make_ada, make_mail

MANAGE = Path(__file__).parents[2] / "manage.py"


@pytest.fixture
def pipe(monkeypatch):
    """Put bytes on standard input."""

    def put(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return put


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("receive_mail", *args, stdout=out)
    return out.getvalue()


def refused(*args: str) -> tuple[int, str]:
    """Return (exit status, words) of a run that fails."""
    with pytest.raises(CommandError) as refusal:
        run(*args)
    return refusal.value.returncode, str(refusal.value)


def test_a_mail_from_the_pipe_becomes_a_ticket_and_a_line_says_so(ada, pipe):
    pipe(make_mail())

    line = run("--at", MORNING.isoformat())

    ticket = Ticket.objects.get()
    assert ticket.registered_at == MORNING
    assert line == (
        f"Became a ticket {ticket.number}: The sender is an authorised user of order ORD-ADA,"
        " which is executed and in term. (H-7)\n"
    )


def test_a_mail_from_a_file_becomes_a_ticket(ada, tmp_path):
    file = tmp_path / "message.eml"
    file.write_bytes(make_mail())

    assert run(str(file)).startswith(f"Became a ticket {Ticket.objects.get().number}: ")


def test_a_second_delivery_answers_as_the_first(ada, pipe):
    lines = []
    for _ in range(2):
        pipe(make_mail())
        lines.append(run())

    assert lines[0] == lines[1]


@pytest.mark.usefixtures("nothing_published")
def test_a_refused_mail_is_taken_from_the_server_all_the_same(db, pipe):
    pipe(make_mail(sender="eve@example.net"))

    assert run() == "Refused: eve@example.net is not an authorised user of any order.\n"


def test_nothing_on_the_pipe_is_kept_as_an_empty_mail(db, pipe):
    pipe(b"")

    assert run() == "Could not be read: The input is empty.\n"


def test_a_mail_over_the_limit_bounces_with_words(db, pipe, settings):
    settings.MAIL_MAX_BYTES = 1000
    pipe(b"x" * 5_000_000)

    words = "The mail has more than 1,000 bytes. Raise MAIL_MAX_BYTES to take it."
    assert refused() == (69, words)
    assert sys.stdin.buffer.read() == b""  # the server could write all of it
    assert InboundMail.objects.count() == 0


def test_a_file_that_is_not_there_is_named(db, tmp_path):
    missing = tmp_path / "missing.eml"

    assert refused(str(missing)) == (66, f"{missing} cannot be read: No such file or directory")


def test_a_folder_is_no_mail(db, tmp_path):
    assert refused(str(tmp_path)) == (66, f"{tmp_path} cannot be read: Is a directory")


def test_a_closed_standard_input_is_named(db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)

    assert refused() == (66, "Standard input is closed.")


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp1252", "utf-8"])
def test_a_console_that_cannot_show_a_letter_does_not_lose_the_mail(db, pipe, encoding):
    make_ada(number="ORD-Łódź")
    pipe(make_mail())
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding)

    call_command("receive_mail", stdout=console)

    console.seek(0)
    shown = console.read()
    order = "ORD-Łódź".encode(encoding, "backslashreplace").decode(encoding)
    assert f"of order {order}, which" in shown


class Full(io.StringIO):
    """A console on a full disk, or a pipe that nobody reads."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("console", [Full(), None], ids=["full", "closed"])
def test_an_outcome_that_nobody_can_read_does_not_make_the_server_bounce_the_mail(
    ada, pipe, monkeypatch, console
):
    pipe(make_mail())
    monkeypatch.setattr(sys, "stdout", console)

    call_command("receive_mail")

    assert InboundMail.objects.get().state == "REGISTERED"


def from_a_shell(tmp_path: Path, database: str, *args: str) -> subprocess.CompletedProcess:
    environment = {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}},
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": database,
    }
    return subprocess.run(
        [sys.executable, MANAGE, "receive_mail", *args],
        input=make_mail(),
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("engine", ["postgres://nobody@127.0.0.1:{port}/none", "sqlite:///{empty}"])
def test_a_database_that_does_not_answer_asks_the_server_to_try_again(tmp_path, engine):
    database = engine.format(port=closed_port(), empty=tmp_path / "empty.sqlite3")

    done = from_a_shell(tmp_path, database)

    words = done.stderr.decode()
    assert (done.returncode, done.stdout) == (75, b"")
    assert words.startswith("CommandError: The mail is not worked off, try again: ")
    assert "Traceback" not in words


def test_an_instant_that_is_none_is_refused_in_words(tmp_path):
    done = from_a_shell(tmp_path, "sqlite://:memory:", "--at", "yesterday")

    assert done.returncode == 2
    assert b"yesterday is not an instant such as" in done.stderr
    assert b"Traceback" not in done.stderr
