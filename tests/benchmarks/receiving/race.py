"""The race: receiving mails as production does, against parsing and decoding them."""

import gc
from collections.abc import Sequence
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32
from statistics import median
from time import perf_counter

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.intake.models import InboundMail
from apps.intake.services import receive_mail
from apps.outbox.models import Message as Told
from apps.tickets.models import Attachment, Deadline, Event, Message, SearchText, Ticket
from tests.benchmarks.harness import Ratio
from tests.benchmarks.receiving.letters import KINDS, letters
from tests.factories import MORNING, make_client, make_order, make_ticket

MAILS, ROUNDS, SENDERS = 1_000, 10, 50
AT_MOST, TIMES = 8, 15
TABLES = (InboundMail, Ticket, Event, Deadline, Message, Attachment, SearchText, Told)
MARKS = ("BEGIN", "COMMIT")


def run() -> list[Ratio]:
    """Take a thousand mails in rounds, then some more to count statements, then all once more."""
    call_command("migrate", verbosity=0)
    clients = [make_client(order=make_order()) for _ in range(SENDERS)]
    for place, client in enumerate(clients):
        client.email = f"client-{place}@client.example.com"
        client.save()
    numbers = [make_ticket(requester=client).number for client in clients]
    raws = list(letters([each.email for each in clients], numbers, count=MAILS + 20))
    counted, timed = raws[:20], raws[20:]
    costs = [_statements(raw) for raw in counted]
    ours, theirs = _rounds(timed)
    states = set(InboundMail.objects.values_list("state", flat=True))
    before = _rows()
    replay = perf_counter()
    for raw in raws:
        receive_mail(raw, at=MORNING)
    again = len(raws) / (perf_counter() - replay)
    new = sum(_rows()) - sum(before)
    each = MAILS // ROUNDS
    note = f"{each / ours:.0f} mails a second against {each / theirs:.0f}; became {sorted(states)}"
    replies = [cost for place, cost in enumerate(costs) if KINDS[place % 10] == "reply"]
    others = [cost for place, cost in enumerate(costs) if KINDS[place % 10] != "reply"]
    without = "without BEGIN and COMMIT"
    return [
        Ratio("taking a mail / parsing it (compat32)", ours / theirs, TIMES, False, note),
        Ratio("statements of a new request", max(others), AT_MOST, False, without),
        Ratio("statements of a reply", max(replies), AT_MOST, False, without),
        Ratio("rows that a replay creates", new, 0, False, f"{again:.0f} mails a second"),
    ]


def _rounds(raws: Sequence[bytes]) -> tuple[float, float]:
    """Return the median seconds of a round, ours and the standard library's, each in its turn."""
    size = len(raws) // ROUNDS
    ours, theirs = [], []
    gc.disable()
    for start in range(0, len(raws), size):
        batch = raws[start : start + size]
        began = perf_counter()
        for raw in batch:
            receive_mail(raw, at=MORNING)
        between = perf_counter()
        for raw in batch:
            _read(raw)
        theirs.append(perf_counter() - between)
        ours.append(between - began)
        gc.collect()
    gc.enable()
    return median(ours), median(theirs)


def _read(raw: bytes) -> list[str]:
    """Parse a mail with the compat32 parser, and decode its header and all of its parts."""
    mail = message_from_bytes(raw, policy=compat32)
    read = [str(make_header(decode_header(value))) for value in mail.values()]
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(content, bytes):
            read.append(content.decode(part.get_content_charset("utf-8"), "replace"))
    return read


def _statements(raw: bytes) -> int:
    with CaptureQueriesContext(connection) as captured:
        receive_mail(raw, at=MORNING)
    return sum(not query["sql"].startswith(MARKS) for query in captured.captured_queries)


def _rows() -> list[int]:
    return [model.objects.count() for model in TABLES]
