"""Voice messages: taken once; outside of the standard hours they page whoever is on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, PolicyVersion, Rule, User
from apps.contracts.wording import moment
from apps.escalation.services import paging
from apps.intake.models import VoiceMessage
from apps.intake.models.voice import LONGEST_TRANSCRIPT
from apps.intake.rules.phone import digits_backwards, ending_of
from apps.intake.services.voice_follow import ask
from apps.outbox.bulk import insert_once
from apps.tickets.models import Ticket
from apps.tickets.services import Refused

ON_CALL = "on_call"  # the policy's rule
OLDEST = timedelta(days=31)
AHEAD = timedelta(minutes=10)  # a phone system's clock may be fast
State = VoiceMessage.State
Step = dict[str, str]


@dataclass(frozen=True, slots=True)
class Left:
    """What a caller left: who, when, and what was said, as far as that is known."""

    left_at: datetime
    number: str = ""
    caller: str = ""
    transcript: str = ""
    recording_url: str = ""
    recording: bytes | None = None
    recording_type: str = ""


@transaction.atomic
def take_voice(
    *, left: Left, source_key: str, at: datetime, by: User | None = None
) -> VoiceMessage:
    """Take a voice message; the same key again is the same message.

    Outside of the standard hours of the caller's policy, as of ``at``, it pages whoever is on
    call, and the caller is asked to open a ticket at once. Inside it waits to be answered.

    Clause: S-2, S-3.

    :raises Refused: it says nothing, or when the caller spoke lies ahead or long ago.
    """
    known = VoiceMessage.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    _refuse_nonsense(left, at=at)
    person = caller_at(left.number)
    is_after_hours, steps = after_hours(person, at=at)
    voice = VoiceMessage(
        source_key=source_key,
        came_at=at,
        left_at=left.left_at,
        recorded_by=by,
        caller=_line(left.caller)[:120],
        number=_line(left.number)[:40],
        number_backwards=digits_backwards(left.number)[:40],
        person=person,
        transcript=left.transcript.replace("\0", "")[:LONGEST_TRANSCRIPT],
        recording_url=left.recording_url,
        recording=left.recording,
        recording_type=left.recording_type,
        steps=steps,
        state=State.WAITING,
    )
    if not insert_once(voice):
        return VoiceMessage.objects.get(source_key=source_key)
    if is_after_hours:
        _page(voice, at=at)
    return voice


@transaction.atomic
def settle_voice(
    *, voice: VoiceMessage, by: User, at: datetime, outcome: str = "", ticket: Ticket | None = None
) -> VoiceMessage:
    """Say what became of a voice message: its ticket, or in words why there is none.

    Clause: S-2.

    :raises Refused: it is settled already, or nothing is said.
    """
    held = VoiceMessage.objects.select_for_update(no_key=True, of=("self",)).get(pk=voice.pk)
    if held.state == State.SETTLED:
        raise Refused("This voice message is settled already.")
    if ticket is None and not outcome.strip():
        raise Refused("Say what became of it, or name its ticket.")
    if held.page is not None:
        # It is in this person's hand: nobody else need be woken.
        paging.acknowledge(page=held.page, by=by, at=at)
        if ticket is not None:
            paging.join_ticket(page=held.page, ticket=ticket)
    held.state, held.next_at, held.ticket = State.SETTLED, None, ticket
    held.settled_at, held.settled_by = at, by
    held.outcome = _line(outcome)[:250]
    held.save(update_fields=["state", "next_at", "ticket", "settled_at", "settled_by", "outcome"])
    return held


@transaction.atomic
def know_caller(*, voice: VoiceMessage, address: str, at: datetime) -> VoiceMessage:
    """Say whose voice message it is, by their mail address; they are asked for a ticket then.

    Clause: S-2, V-3.5.

    :raises Refused: nobody who may speak for a client has the address, or the caller is known.
    """
    held = VoiceMessage.objects.select_for_update(no_key=True, of=("self",)).get(pk=voice.pk)
    if held.person_id is not None or held.state == State.SETTLED:
        raise Refused("Who called is known, or it is settled already.")
    found = contracts.user_at(address.strip(), account=None)
    if found is None:
        raise Refused("No active authorised user has this address: look it up at their order.")
    person = AuthorisedUser.objects.select_related("order__version", "order__account")
    held.person = person.get(pk=found.pk)
    if held.state == State.PAGED:
        _expect_ticket(held, at=at)
    held.save(update_fields=["person", "chase_after", "next_at"])
    return held


def caller_at(number: str) -> AuthorisedUser | None:
    """Return the active user who has this number; None where nobody has it, or several people.

    Who is a user of several orders counts as one person, and the newest order in force is meant.

    Clause: V-3.5, S-2.
    """
    ending = ending_of(number)
    if not ending:
        return None
    # As people write it: anything but a digit may stand between two.
    written = r"[^0-9]*".join(ending[::-1]) + r"[^0-9]*$"
    users = AuthorisedUser.objects.filter(is_active=True, phone__regex=written).exclude(phone="")
    found = list(users.select_related("order__version", "order__account").order_by("-order", "pk"))
    if len({user.email.lower() for user in found}) != 1:
        return None
    in_force = [user for user in found if user.order.state == user.order.State.EXECUTED]
    return (in_force or found)[0]


def after_hours(person: AuthorisedUser | None, *, at: datetime) -> tuple[bool, list[Step]]:
    """Return whether an instant is outside of the standard hours that count, and why.

    Of an unknown caller no policy is known: it is outside unless all that are in force are open.

    Clause: S-2.
    """
    versions = [person.order.version] if person else _in_force()
    steps = []
    outside = not versions
    for version in versions:
        hours = contracts.standard_hours(version.pk)
        is_open = hours.is_open(at)
        outside = outside or not is_open
        steps.append(
            {
                "clause": _clause(version),
                "text": f"{moment(at, hours.zone)} is {'inside' if is_open else 'outside'} of the"
                f" standard hours of {version}.",
            }
        )
    if person is None:
        steps.append({"clause": "", "text": "No authorised user has this number."})
    return outside, steps


def _page(voice: VoiceMessage, *, at: datetime) -> None:
    version = voice.person.order.version if voice.person else None
    voice.page = paging.raise_page(
        key=f"voice:{voice.pk}",
        subject=f"Voice message of {voice.who}",
        text=_words(voice),
        source=reverse("admin:intake_voicemessage_change", args=[voice.pk]),
        ladder=paging.ladder_for(policy_id=version.policy_id if version else None),
        at=at,
    )
    voice.state = State.PAGED
    _expect_ticket(voice, at=at)
    voice.save(update_fields=["page", "state", "chase_after", "next_at"])


def _expect_ticket(voice: VoiceMessage, *, at: datetime) -> None:
    """Ask the caller for a ticket, and say when that is done again, if the policy wants one."""
    settings = _rule_of(voice.person)
    if settings.get("ticket_must_follow"):
        ask(voice, at=at)
        # They count from when the caller is first asked, which is later where nobody knew them.
        since = (at - voice.came_at) // timedelta(minutes=1)
        voice.chase_after = sorted(since + each for each in settings.get("chase_after_minutes", []))
        if voice.chase_after:
            voice.next_at = voice.came_at + timedelta(minutes=voice.chase_after[0])


def _words(voice: VoiceMessage) -> str:
    person = voice.person
    lines = [
        f"Caller: {voice.who}{f', {voice.number}' if voice.number else ''}",
        f"Client: {person.order.account}, order {person.order}" if person else "Client: not known",
        "",
        voice.transcript or "There is no transcript: listen to the recording.",
    ]
    return "\n".join(lines)


def _rule_of(person: AuthorisedUser | None) -> dict[str, Any]:
    if person is None:
        return {}
    order = person.order
    rules = contracts.terms(version_id=order.version_id, plan_id=order.plan_id).rules
    rule = rules.get(ON_CALL)
    return dict(rule.settings) if rule else {}


def _in_force() -> Sequence[PolicyVersion]:
    """Return the newest published version of each policy."""
    newest: dict[int, PolicyVersion] = {}
    published = PolicyVersion.objects.filter(state=PolicyVersion.State.PUBLISHED)
    for version in published.select_related("policy").defer("source").order_by("published_at"):
        newest[version.policy_id] = version
    return list(newest.values())


def _clause(version: PolicyVersion) -> str:
    rule = Rule.objects.filter(version=version, key=ON_CALL).select_related("clause").first()
    return rule.clause.ref if rule else ""


def _refuse_nonsense(left: Left, *, at: datetime) -> None:
    if not (left.transcript.strip() or left.recording_url or left.recording):
        raise Refused("It says nothing: give a transcript, a recording, or its address.")
    if left.left_at > at + AHEAD:
        raise Refused("The caller spoke in the future: look at the clock of who sends this.")
    if left.left_at < at - OLDEST:
        raise Refused(f"A voice message is taken within {OLDEST.days} days.")


def _line(words: str) -> str:
    return " ".join(words.replace("\0", "").split())
