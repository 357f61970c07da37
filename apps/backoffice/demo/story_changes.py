"""What changes on the platform: an API whose clients are analysed, and releases."""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Stage
from apps.changes.models import GapAcknowledgement, GapAnalysis
from apps.changes.services import gap
from apps.changes.services.gap_sending import acknowledge_gap, send_gap
from apps.changes.services.platform_changes import (
    Broken,
    ChangeWords,
    draft_change,
    publish_change,
)
from apps.changes.services.releases import (
    Fixed,
    ReleaseWords,
    announce_release,
    draft_release,
)
from apps.contracts.models import AuthorisedUser

READER = "nadia.fox@harbourline.example.com"
ITEMS = (
    Broken("Sign-in by account password", "Until now: name and password. From 3.0 on: a key."),
    Broken("Call records as XML", "From 3.0 on they come as JSON alone."),
    Broken("The old list of numbers", "It is gone; the new one is paged."),
)
KEYS = "Make a key in the console for each program, and put it where the password is."
PLAN = "We make the keys with you this week; your programs change over before the month ends."


def change_the_platform(stage: Stage, at: datetime) -> None:
    """Publish a change of an API, analyse it for one client; announce a release, draft another."""
    duty, tam = stage.people["duty"], stage.people["tam"]
    begun_at = at - timedelta(days=8)
    written = ChangeWords(
        api="Management API",
        version="3.0",
        takes_effect_on=at.date() + timedelta(days=45),
        due_on=at.date() + timedelta(days=4),
        summary="Version 3.0 takes over from 2.4, which is switched off on that day.",
        items=ITEMS,
        link="https://docs.provider.example.com/management-api/3.0",
    )
    change = draft_change(written=written, by=duty, at=begun_at)
    publish_change(change=change, seen=change.edition, by=duty, at=begun_at)
    person = AuthorisedUser.objects.select_related("order").get(email=READER)
    analysis = change.analyses.filter(order=person.order).first()
    if analysis is not None:
        _analyse(stage, analysis, person, at=at - timedelta(days=3))
    _release(stage, at=at)
    later = ChangeWords(
        api="Messaging API",
        version="2.0",
        takes_effect_on=at.date() + timedelta(days=90),
        due_on=at.date() + timedelta(days=60),
        summary="Sender names have to be registered.",
        items=[Broken("Messages from names that nobody registered")],
    )
    draft_change(written=later, by=tam, at=at - timedelta(days=1))


def _analyse(stage: Stage, analysis: GapAnalysis, person: AuthorisedUser, *, at: datetime) -> None:
    tam = stage.people["tam"]
    first, second, third = analysis.change.items.all()
    findings = {
        first.pk: gap.Found(True, KEYS),
        second.pk: gap.Found(False),
        third.pk: gap.Found(True, "Ask for the next page until none follows."),
    }
    analysis = gap.write_gap(
        analysis=analysis,
        seen=analysis.edition,
        findings=findings,
        plan=PLAN,
        by=tam,
        at=at,
    )
    analysis = gap.ready_gap(analysis=analysis, seen=analysis.edition, by=tam, at=at)
    version = send_gap(analysis=analysis, seen=analysis.edition, by=tam, at=at)
    read_at = at + timedelta(days=1)
    way = GapAcknowledgement.Way.PORTAL
    acknowledge_gap(version=version, person=person, way=way, at=read_at)


def _release(stage: Stage, *, at: datetime) -> None:
    duty = stage.people["duty"]
    greeting = stage.tickets["greeting"]
    written = ReleaseWords(
        product="Cloud PBX",
        version="8.4",
        released_on=at.date() - timedelta(days=2),
        news="Greetings may be ten minutes long, and queues say how long the wait is.",
        fixes=[
            Fixed("A greeting was cut off after four seconds.", greeting.number),
            Fixed("Two phones of one person rang one after the other."),
        ],
    )
    told_at = at - timedelta(hours=8)
    release = draft_release(written=written, by=duty, at=told_at)
    announce_release(release=release, seen=release.edition, by=duty, at=told_at)
    written = ReleaseWords(
        product="Softphone",
        version="5.1",
        released_on=at.date() + timedelta(days=10),
        news="Calls move between a phone and the computer.",
    )
    draft_release(written=written, by=duty, at=at - timedelta(hours=1))
