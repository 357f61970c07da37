"""Loading the demo: policies, people, clients, then the story in the order of its instants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from apps.backoffice.demo import acts, story
from apps.backoffice.demo.acts import Act, Stage
from apps.backoffice.demo.canned import write_replies
from apps.backoffice.demo.clients import make_clients
from apps.backoffice.demo.people import LOGINS, SEATED, Login, make_people, seat_people
from apps.backoffice.demo.story_appointments import book_appointments
from apps.backoffice.demo.story_invoices import invoice, set_up_billing
from apps.backoffice.demo.story_maintenance import announce_maintenance
from apps.backoffice.demo.story_money import work_and_rate
from apps.backoffice.demo.story_monitoring import watch_platform
from apps.backoffice.demo.story_on_call import be_on_call
from apps.backoffice.demo.story_payments import take_payments
from apps.backoffice.demo.story_services import ask_for_services
from apps.backoffice.demo.story_standing import fall_behind
from apps.backoffice.demo.story_tokens import let_programs_ask
from apps.backoffice.demo.tam_time import assign_tams, log_tam_time
from apps.contracts import services as contracts
from apps.contracts.models import Account, AuthorisedUser, Policy, PolicyVersion, Target, User
from apps.contracts.policy_file import text_of
from apps.escalation import services as escalation
from apps.escalation.models import Escalation
from apps.tickets import services as tickets
from apps.tickets.models import Deadline, Ticket

FALLS_DUE_AFTER = timedelta(seconds=90)
BEAT = timedelta(seconds=30)  # how soon after its instant a sweep finds a deadline


class NotEmpty(Exception):
    """There is data already, and demo data among real data could not be told apart."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was loaded. ``watch`` is the ticket whose response falls due in a moment."""

    watch: Ticket
    due_at: datetime
    tickets: int


def is_empty() -> bool:
    """Return whether nothing was set up here yet."""
    return not (Policy.objects.exists() or Account.objects.exists() or User.objects.exists())


def logins() -> list[Login]:
    """Return the demo's logins that exist here."""
    there = set(User.objects.values_list("username", flat=True))
    return [login for login in LOGINS if login.username in there]


def seated() -> dict[str, str]:
    """Return the addresses of the clients' people who can sign in to the portal, and whose."""
    there = set(User.objects.values_list("email", flat=True))
    return {address: who for address, who in SEATED.items() if address in there}


@transaction.atomic
def load_demo(*, at: datetime) -> Demo:
    """Load everything, as if it had happened up to ``at``; all of it or nothing.

    :raises NotEmpty: there is data already.
    :raises DemoFault: the policy files no longer have what the story needs.
    """
    if not is_empty():
        raise NotEmpty(
            "There is data here already. Demo data goes into a fresh database only: "
            "set VAR_DIR or DATABASE_URL to a new place."
        )
    begun_at = at - story.LASTS
    versions = [_publish(file, at=begun_at) for file in sorted(_policies().glob("*.toml"))]
    stage = Stage(people=make_people())
    make_clients(versions, on=at.date(), at=begun_at)
    seat_people(at=begun_at)
    set_up_billing(stage, begun_at)
    write_replies(by=stage.people["duty"], at=begun_at)
    assign_tams(stage.people, at=begun_at)
    log_tam_time(stage.people["tam"], since=begun_at, at=at)
    due_at = at + FALLS_DUE_AFTER
    happenings = [
        *((at - before, act) for before, act in story.STORY),
        *_watched(due_at=due_at),
    ]
    for happens_at, act in sorted(happenings, key=lambda happening: happening[0]):
        _sweep_until(happens_at)
        act(stage, happens_at)
    _sweep_until(at)
    tickets.sweep_deadlines(at=at)
    tickets.sweep_follow_ups(at=at)
    escalation.climb_due(at=at)
    escalation.remind_owed(at=at)
    book_appointments(stage, at)
    ask_for_services(stage, at)
    announce_maintenance(stage, at)
    watch_platform(stage, at)
    be_on_call(stage, at)
    invoice(stage, at)
    work_and_rate(stage, at)
    take_payments(stage, at)
    fall_behind(stage, at)
    let_programs_ask(stage, at)
    watch = stage.tickets[story.WATCHED]
    found = watch.deadlines.get(kind=Target.Kind.RESPONSE)
    if found.due_at != due_at:
        raise acts.DemoFault(f"{watch.number} falls due at {found.due_at}, not at {due_at}.")
    return Demo(watch=watch, due_at=due_at, tickets=len(stage.tickets))


def _policies() -> Path:
    return settings.BASE_DIR / "policies"


def _publish(file: Path, *, at: datetime) -> PolicyVersion:
    text = text_of(file, name=file.name)
    version = contracts.load_policy(text=text, name=file.name, at=at).version
    contracts.publish(version=version, by=None, at=at)
    return version


def _watched(*, due_at: datetime) -> list[tuple[datetime, Act]]:
    """Return the acts of the ticket to watch, dated so that its response falls due then.

    The target counts from registration under the severity that it is raised to (R-14).
    """
    sender = AuthorisedUser.objects.select_related("order").get(email=story.WATCHED_SENDER)
    target = Target.objects.get(
        plan=sender.order.plan_id,
        severity__key=story.WATCHED_SEVERITY,
        kind=Target.Kind.RESPONSE,
    )
    if target.duration is None:
        raise acts.DemoFault(f"{target} is a best effort; there would be nothing to watch.")
    registered_at = due_at - target.duration
    return [(registered_at + after, act) for after, act in story.WATCHED_ACTS]


def _sweep_until(at: datetime) -> None:
    """Let the beat tick: warnings and misses are found soon after their instants, in order."""
    while True:
        until = at - BEAT
        deadlines = Deadline.objects.open().filter(next_at__lt=until)
        escalations = Escalation.objects.due(at=until)
        instants = [
            found
            for rows in (deadlines, escalations)
            if (found := rows.aggregate(soonest=Min("next_at"))["soonest"])
        ]
        if not instants:
            return
        tick = min(instants) + BEAT
        tickets.sweep_deadlines(at=tick)
        tickets.sweep_follow_ups(at=tick)
        escalation.climb_due(at=tick)
