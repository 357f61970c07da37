"""Files of a million lines against psql's, sheets against xlsxwriter's, aging against the clock."""

import http.client
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.billing.files.xlsx_file import FORMATS, write_xlsx
from apps.billing.queries.reports import REPORTS, Asked, Kind, statements
from apps.billing.queries.reports.aging import aging
from apps.billing.queries.reports.reading import rows_of, totals_of
from apps.contracts.models import User
from tests.benchmarks.exporting.data import ACCOUNTS, AS_OF, INVOICES, SCHEMA, SINCE, UNTIL
from tests.benchmarks.harness import Ratio, medians
from tests.benchmarks.server import DATABASE, SERVER, execute, use
from tests.benchmarks.web import serving

ROUNDS = 5
LINES = REPORTS["lines"]
ALL = Asked(SINCE, UNTIL)
SHEET = Asked(SINCE, SINCE.replace(month=4, day=5))  # about a tenth of the year
FIRST_BYTE, MOST_MEMORY, MOST_AGING = 0.25, 16.0, 2.0  # seconds, MB, seconds
MB = 1024  # of kB
PIECE = 1024 * 1024


def races() -> list[Ratio]:
    execute(f"ALTER DATABASE {DATABASE} SET search_path TO {SCHEMA}")
    use(SCHEMA)
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as server:
        return [*_csv(server, Path(folder)), *_sheets(server, Path(folder)), _aging()]


class Server:
    """Gunicorn as it is deployed, with one worker so that its memory can be told."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port
        user = User.objects.create_superuser("bench", "bench@provider.example.com", "bench")
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(user)
        self.cookie = f"sessionid={browser.cookies['sessionid'].value}"

    def fetch(self, asked: Asked, form: str, path: Path) -> tuple[float, int]:
        """Write a report to a file; return the seconds to its first byte and its bytes."""
        url = reverse("admin:billing_report", args=[LINES.key])
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        started = perf_counter()
        line.request(
            "GET",
            f"{url}?since={asked.since}&until={asked.until}&{form}=1",
            headers={"Cookie": self.cookie},
        )
        answer = line.getresponse()
        assert answer.status == 200, answer.read()[:500]
        size = 0
        with path.open("wb") as file:
            size += file.write(answer.read(1))
            first = perf_counter() - started
            while piece := answer.read(PIECE):
                size += file.write(piece)
        line.close()
        return first, size

    def memory(self, of: str) -> int:
        """Return what the worker has (VmRSS), or had at most (VmHWM), in kB."""
        status = Path(f"/proc/{self._worker()}/status").read_text()
        return int(next(row.split()[1] for row in status.splitlines() if row.startswith(of)))

    def forget_peak(self) -> None:
        Path(f"/proc/{self._worker()}/clear_refs").write_text("5")

    def _worker(self) -> str:
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    with serving(folder, WEB_CONCURRENCY="1") as (process, port):
        yield Server(process, port)


def _csv(server: Server, folder: Path) -> list[Ratio]:
    ours, theirs = folder / "ours.csv", folder / "psql.csv"
    statement = _as_psql(statements.select(LINES, ALL))
    command = [
        *("psql", "--quiet", "--no-psqlrc", "--dbname", f"{SERVER.rpartition('/')[0]}/{DATABASE}"),
        *("--command", f"\\copy ({statement}) TO '{theirs}' WITH (FORMAT csv, HEADER)"),
    ]
    firsts: list[float] = []

    def download() -> None:
        firsts.append(server.fetch(ALL, "csv", ours)[0])

    server.fetch(Asked(SINCE, SINCE), "csv", ours)
    idle = server.memory("VmRSS")
    server.forget_peak()
    ours_seconds, psql_seconds = medians(
        download, lambda: subprocess.run(command, check=True), rounds=ROUNDS
    )
    above = (server.memory("VmHWM") - idle) / MB
    count = totals_of(LINES, ALL).row_count
    assert _lines(ours) == _lines(theirs) == count + 1
    note = f"ours {ours_seconds:.2f} s, psql {psql_seconds:.2f} s"
    first = median(firsts)
    return [
        Ratio(f"CSV of {count:,} lines, ours to psql", ours_seconds / psql_seconds, 2, False, note),
        Ratio(
            "its first byte, to a quarter second", first / FIRST_BYTE, 1, False, f"{first:.3f} s"
        ),
        Ratio("its memory, to 16 MB above idle", above / MOST_MEMORY, 1, False, f"{above:.1f} MB"),
    ]


def _sheets(server: Server, folder: Path) -> list[Ratio]:
    count = totals_of(LINES, SHEET).row_count
    ours_seconds, theirs_seconds = medians(
        lambda: write_xlsx(LINES, rows_of(LINES, SHEET), folder / "ours.xlsx"),
        lambda: _xlsxwriter(folder / "theirs.xlsx"),
        rounds=ROUNDS,
    )
    server.fetch(Asked(SINCE, SINCE), "xlsx", folder / "small.xlsx")
    idle = server.memory("VmRSS")
    server.forget_peak()
    server.fetch(SHEET, "xlsx", folder / "served.xlsx")
    above = (server.memory("VmHWM") - idle) / MB
    note = f"ours {ours_seconds:.2f} s, xlsxwriter {theirs_seconds:.2f} s"
    ratio = ours_seconds / theirs_seconds
    return [
        Ratio(f"XLSX of {count:,} rows, to xlsxwriter", ratio, 0.35, False, note),
        Ratio("its memory, to 16 MB above idle", above / MOST_MEMORY, 1, False, f"{above:.1f} MB"),
    ]


def _xlsxwriter(path: Path) -> None:
    """Write the same rows and formats with xlsxwriter, as sparing of memory as it can be."""
    from xlsxwriter import Workbook  # noqa: PLC0415 (of the bench group alone)

    book = Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    formats = {kind: book.add_format({"num_format": words}) for kind, words in FORMATS.items()}
    for place, name in enumerate(LINES.names):
        sheet.write_string(0, place, name)
    write = {Kind.DATE: sheet.write_datetime}
    for number, row in enumerate(rows_of(LINES, SHEET), start=1):
        for place, (column, value) in enumerate(zip(LINES.columns, row, strict=True)):
            if value is None:
                continue
            if column.kind in formats:
                put = write.get(column.kind, sheet.write_number)
                put(number, place, value, formats[column.kind])
            else:
                sheet.write_string(number, place, value)
    book.close()


def _aging() -> Ratio:
    taken = []
    for _ in range(ROUNDS):
        started = perf_counter()
        rows = aging(as_of=AS_OF)
        taken.append(perf_counter() - started)
    seconds = median(taken)
    name = f"aging of {ACCOUNTS:,} accounts, to 2 s"
    note = f"{seconds:.2f} s, {INVOICES:,} invoices, {len(rows):,} rows"
    return Ratio(name, seconds / MOST_AGING, 1, at_least=False, note=note)


def _as_psql(statement: str) -> str:
    given = statements.parameters(ALL, connection)
    return statement.replace("\n", " ") % {name: f"'{value}'" for name, value in given.items()}


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(PIECE), b""))
