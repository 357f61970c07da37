"""The demo's on-call: two rotations and a ladder, a night that nobody has, three voice messages.

Their times hang on the calendar and not on the demo's hour: the nearest that fit are taken.
"""

from datetime import datetime, time, timedelta

from apps.backoffice.demo.acts import DemoFault, Stage
from apps.contracts import queries
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.rules.calendar import ServiceHours
from apps.escalation.models import LadderRung, PageLadder, Rotation, RotationMember
from apps.escalation.services.coverage import watch_coverage
from apps.escalation.services.overrides import override
from apps.escalation.services.paging import acknowledge
from apps.intake.models import VoiceMessage
from apps.intake.services import Left, follow_voice, take_voice

SAM, PIA = "sam@copperfield.example.com", "pia.novak@northgate.example.com"
PHONES = {SAM: "+1 607 555 0188", PIA: "+1 607 555 0119"}
STRANGER = "+1 607 555 0147"
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def be_on_call(stage: Stage, at: datetime) -> None:
    """Write who is on call, and let the voice messages of the days before ``at`` come in."""
    people = stage.people
    first = _rotation("First line", at, people["agent"], people["tam"], days=7)
    second = _rotation("Second line", at, people["duty"], people["admin"], days=1)
    _ladder(first, second, people["duty"])
    _give_away_a_night(second, people["duty"], at)
    watch_coverage(at=at)
    sam, pia = (_with_phone(email) for email in (SAM, PIA))
    hours = queries.standard_hours(sam.order.version_id)
    night = _back(at - 30 * HOUR, hours, is_open=False)
    heard = _voice("night", sam.phone, "Sam", "Every call drops since ten. Please hurry.", night)
    _taken(heard, people["agent"], night + 4 * MINUTE)
    later = _back(at - 2 * HOUR, hours, is_open=False)
    unknown = _voice("stranger", STRANGER, "", "Hello? Our line is dead. Call me back.", later)
    _taken(unknown, people["agent"], later + 7 * MINUTE)
    day = _back(at - HOUR, hours, is_open=True)
    _voice("day", pia.phone, "Pia", "Could somebody explain the last bill to me?", day)
    for passed in (15, 30, 60):
        follow_voice(at=night + passed * MINUTE)
    follow_voice(at=at)


def _rotation(title: str, at: datetime, *people: User, days: int) -> Rotation:
    today = at.date()
    monday = today - DAY * (today.weekday() + 28)
    rotation = Rotation.objects.create(
        title=title,
        time_zone="America/New_York",
        starts_on=monday,
        hands_over_at=time(9),
        days=days,
    )
    for position, user in enumerate(people, start=1):
        RotationMember.objects.create(rotation=rotation, user=user, position=position)
    return rotation


def _ladder(first: Rotation, second: Rotation, duty: User) -> None:
    ladder = PageLadder.objects.create(title="After hours", is_default=True)
    rungs: list[dict] = [{"rotation": first}, {"rotation": second}, {"user": duty}]
    for position, rung in enumerate(rungs, start=1):
        LadderRung.objects.create(ladder=ladder, position=position, wait_minutes=10, **rung)


def _give_away_a_night(rotation: Rotation, duty: User, at: datetime) -> None:
    starts_at = (at + 3 * DAY).replace(hour=2, minute=0, second=0, microsecond=0)
    override(
        rotation=rotation,
        user=None,
        starts_at=starts_at,
        ends_at=starts_at + 6 * HOUR,
        reason="At a wedding; who takes it?",
        by=duty,
        at=at - DAY,
    )


def _with_phone(email: str) -> AuthorisedUser:
    person = AuthorisedUser.objects.select_related("order__version").get(email=email)
    person.phone = PHONES[email]
    person.save(update_fields=["phone"])
    return person


def _back(at: datetime, hours: ServiceHours, *, is_open: bool) -> datetime:
    """Return the nearest instant before, by quarters of an hour, at which the hours are so."""
    while hours.is_open(at) != is_open:
        at -= 15 * MINUTE
    return at


def _voice(key: str, number: str, caller: str, said: str, at: datetime) -> VoiceMessage:
    left = Left(left_at=at - MINUTE, number=number, caller=caller, transcript=said)
    return take_voice(left=left, source_key=f"demo-voice:{key}", at=at)


def _taken(voice: VoiceMessage, by: User, at: datetime) -> None:
    if voice.page is None or not acknowledge(page=voice.page, by=by, at=at):
        raise DemoFault("A voice message after hours paged nobody.")
