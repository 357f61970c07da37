"""All tests on every engine that answers here; what is not there is said in one line.

Tests that touch no database would show the same on each engine: they run with the first alone.

    make test                      SQLite, and PostgreSQL and Redis where they answer
    make test ARGS="-k sweep"      arguments go to pytest
    make test-everywhere           what one engine is enough for on each, too

PostgreSQL is looked for at TEST_DATABASE_URL or the standard local port, Redis at TEST_REDIS_URL or
the standard local port; never where DATABASE_URL and REDIS_URL say, which may be in use.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from urllib.parse import urlsplit

from tests.chromium import program
from tests.maintenance_parser import PARSER
from tests.migrated import VARIABLE, migrate, place

POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = "redis://127.0.0.1:6379/9"
PROCESSES = "tests/services"
DATABASE_ONLY = "--database-only"
NO_TESTS = 5  # pytest's exit code where it was left with none


def answers(url: str, port: int) -> bool:
    """Tell whether somebody listens where the URL points."""
    where = urlsplit(url)
    try:
        with socket.create_connection((where.hostname or "127.0.0.1", where.port or port), 1):
            return True
    except OSError:
        return False


def connects(url: str) -> bool:
    """Tell whether PostgreSQL lets us in, not only whether something listens."""
    import psycopg  # noqa: PLC0415 (only here)

    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def told(name: str, *, default: str) -> str:
    """Return where a variable of the tests' own points; the default where it names no server."""
    url = os.environ.get(name, "")
    return url if url.startswith(("postgres", "redis")) else default


def run(name: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Run pytest with an engine's environment; return its exit code.

    Tests of real processes wait more than they work. Where all tests run, they run beside the
    others, and what they say is printed at the end.
    """
    print(f"\n=== tests on {name} ===", flush=True)
    environment = {**os.environ, **environment}
    command = [sys.executable, "-m", "pytest", "-q"]
    many = ["-n", os.environ.get("JOBS", "auto")]
    if [each for each in arguments if each != DATABASE_ONLY]:
        return subprocess.run(
            [*command, *many, *arguments], env=environment, check=False
        ).returncode
    with tempfile.TemporaryFile() as said:
        beside = subprocess.Popen(
            [*command, "-n", "0", PROCESSES, *arguments], env=environment, stdout=said, stderr=said
        )
        others = [*command, *many, f"--ignore={PROCESSES}", *arguments]
        status = subprocess.run(others, env=environment, check=False).returncode
        status = beside.wait() or status
        print(f"\n=== tests of real processes on {name} ===", flush=True)
        said.seek(0)
        print(said.read().decode(errors="replace"), flush=True)
    return status


@contextmanager
def migrated(engines: dict[str, dict[str, str]]) -> Iterator[None]:
    """Migrate a database of each engine once, for all who test on it to copy."""
    with ExitStack() as places:
        for environment in engines.values():
            environment[VARIABLE] = places.enter_context(place(environment["TEST_DATABASE_URL"]))
        if not migrate(environment[VARIABLE] for environment in engines.values()):
            sys.exit("Nothing was tested: a database could not be migrated, as is said above.")
        yield


def run_on(engines: dict[str, dict[str, str]], arguments: list[str]) -> dict[str, int]:
    """Run all tests on the first engine, and those that touch a database on the others."""
    first, *others = engines
    results = {first: run(first, engines[first], arguments)}
    for name in others:
        status = run(name, engines[name], [DATABASE_ONLY, *arguments])
        # Of a few tests that were asked for, none may be of a database.
        results[name] = 0 if status == NO_TESTS and arguments else status
    return results


def absent_programs() -> Iterator[str]:
    """Yield what tests would ask that is not on this machine, and how it is made."""
    if program() is None:
        yield "a browser (apt-get install chromium)"
    if not shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        yield "a mailbox of Dovecot (apt-get install dovecot-imapd)"
    if not PARSER.exists():
        yield "circuit-maintenance-parser (make maintenance-parser)"


def main() -> int:
    arguments = sys.argv[1:]
    postgresql = told("TEST_DATABASE_URL", default=POSTGRESQL)
    redis = told("TEST_REDIS_URL", default=REDIS)
    missing = []
    services = {}
    if answers(redis, 6379):
        services["SERVICES_REDIS_URL"] = redis
    else:
        missing.append("Redis")
    engines = {"SQLite": {"TEST_DATABASE_URL": "", **services}}
    if answers(postgresql, 5432) and connects(postgresql):
        engines["PostgreSQL"] = {
            "TEST_DATABASE_URL": postgresql,
            "SERVICES_DATABASE_URL": postgresql,
            **services,
        }
    else:
        missing.append("PostgreSQL")
    missing += absent_programs()
    # A few tests that are asked for may need no database: those that do migrate one themselves.
    with nullcontext() if arguments else migrated(engines):
        results = run_on(engines, arguments)
    print()
    for name, status in results.items():
        print(f"{name}: {'passed' if status == 0 else 'FAILED'}")
    if len(results) > 1:
        once = "Tests that touch no database, and those that one engine is enough for,"
        print(f"{once} ran once, with those on {next(iter(results))}: see make test-everywhere.")
    if missing:
        print(f"Not run, because it is not here: tests on {', '.join(missing)}.")
    return max(results.values())


if __name__ == "__main__":
    sys.exit(main())
