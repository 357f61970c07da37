"""Two at the same time: PostgreSQL lets one through, and tells the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.escalation import services
from apps.escalation.models import Incident, OutageReport, ReportCopy
from apps.escalation.services import Refused
from apps.outbox.models import Message
from tests.escalation.outages import draft_of, issued, make_incident, submitted, words
from tests.factories import make_staff
from tests.tickets.life import wholesale
from tests.tickets.reading import later

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts) -> list[str]:
    """Do all acts in threads of their own; return what each was told, or "done"."""

    def run(act):
        try:
            act()
        except Refused as refusal:
            return str(refusal)[:24]
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return sorted(threads.map(run, acts))


@pytest.mark.clause("S-6")
def test_of_many_who_issue_one_does_and_it_goes_out_once():
    incident = make_incident()
    report = submitted(incident)
    people = [make_staff() for _ in range(4)]

    said = at_once(
        *(
            lambda by=by: services.issue_report(
                report=report, seen=report.edition, by=by, at=later(hours=6)
            )
            for by in people
        )
    )

    assert said == ["Revision 1 is issued alr"] * 3 + ["done"]
    assert Message.objects.filter(topic="report.issued").count() == 1
    assert ReportCopy.objects.count() == 2


def test_of_many_who_write_one_is_kept():
    incident = make_incident()
    report = draft_of(incident)
    people = [make_staff() for _ in range(4)]

    said = at_once(
        *(
            lambda by=by: services.write_report(
                report=report,
                seen=1,
                written=words(summary=f"By {by}."),
                by=by,
                at=later(hours=5),
            )
            for by in people
        )
    )

    assert said == ["Somebody changed the rep"] * 3 + ["done"]


@pytest.mark.clause("S-6")
def test_one_ticket_has_one_incident_and_one_draft_whoever_begins_it():
    ticket = wholesale("1")
    people = [make_staff() for _ in range(4)]

    at_once(
        *(
            lambda by=by: services.open_incident(
                ticket=ticket, title="Dead", by=by, at=later(hours=1)
            )
            for by in people
        )
    )
    incident = Incident.objects.get()
    issued(incident)
    at_once(
        *(
            lambda by=by: services.draft_report(incident=incident, by=by, at=later(hours=7))
            for by in people
        )
    )

    assert [report.revision for report in OutageReport.objects.order_by("revision")] == [1, 2]


@pytest.mark.clause("S-6")
def test_many_ticks_at_once_remind_everybody_once():
    boss = make_staff(is_duty_manager=True)
    tickets = [wholesale("1") for _ in range(3)]

    at_once(*(lambda: services.remind_owed(at=later(hours=12)) for _ in range(4)))
    services.remind_owed(at=later(hours=12))

    told = Message.objects.filter(topic="report.near").values_list("recipient", flat=True)
    assert list(told) == [boss.email] * len(tickets)
