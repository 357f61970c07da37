"""manage.py: what is wrong around it is said in words, and no mail is bounced for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MANAGE = Path(__file__).parents[1] / "manage.py"


def manage(tmp_path: Path, *args: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a command as a shell does, with nothing of this machine's own settings."""
    return subprocess.run(
        [sys.executable, MANAGE, *args],
        input=b"From: ada@client.example.com\n\nHelp",
        capture_output=True,
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "x" * 50,
            "VAR_DIR": str(tmp_path),
            **environment,
        },
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["receive_mail", "sweep_deadlines"])
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SECRET_KEY": ""}, b"Set SECRET_KEY"),
        ({"DATABASE_URL": "nonsense"}, b"DATABASE_URL is not the address"),
        ({"DATABASE_URL": ""}, b"DATABASE_URL is not the address"),
        ({"MAIL_MAX_BYTES": "40M"}, b"MAIL_MAX_BYTES is a whole number"),
        ({"SENT_FILE_MAX_BYTES": "10M"}, b"SENT_FILE_MAX_BYTES is a whole number"),
        ({"MAIL_SENDER_CAP": "-1"}, b"MAIL_SENDER_CAP is a whole number, such as 60."),
        ({"ATTACHMENT_MAX_BYTES": "big"}, b"ATTACHMENT_MAX_BYTES is a whole number"),
        ({"IMAP_URL": "mail.example.com"}, b"IMAP_URL is the address of a mailbox, such as imaps"),
        ({"IMAP_URL": "imaps://u:p@h:port/"}, b"IMAP_URL is the address of a mailbox"),
        ({"TICKET_PREFIX": "A B"}, b"TICKET_PREFIX is one to eight capital letters"),
        ({"DEFAULT_FROM_EMAIL": "nonsense"}, b"MAIL_DOMAIN is a domain"),
    ],
)
def test_a_wrong_configuration_is_named_and_the_mail_stays_with_the_server(
    tmp_path, command, wrong, named
):
    done = manage(tmp_path, command, **wrong)

    assert (done.returncode, done.stdout) == (75, b"")
    assert b"The configuration is wrong: " + named in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_database_that_has_no_tables_is_said_in_a_line(tmp_path):
    done = manage(tmp_path, "sweep_deadlines")

    assert done.returncode == 75
    assert done.stderr.startswith(b"The database is in trouble: no such table")
    assert b"Traceback" not in done.stderr


def test_with_traceback_all_of_it_is_shown(tmp_path):
    done = manage(tmp_path, "sweep_deadlines", "--traceback")

    assert done.returncode == 1
    assert b"Traceback" in done.stderr


def test_a_reader_who_has_enough_is_no_fault(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as broken:
        done = subprocess.run(
            [sys.executable, MANAGE, "help", "--commands"],
            stdout=broken,
            stderr=subprocess.PIPE,
            env={
                "PATH": os.environ["PATH"],
                "ENV_FILE": os.devnull,
                "SECRET_KEY": "x" * 50,
                "VAR_DIR": str(tmp_path),
            },
            timeout=60,
            check=False,
        )

    assert b"Traceback" not in done.stderr
