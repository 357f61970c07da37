"""Sending a GAP analysis: it becomes a document, which is kept; and saying that it was read."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from apps.changes.gap_pdf import gap_pdf
from apps.changes.models import GapAcknowledgement, GapAnalysis, GapVersion
from apps.changes.queries.gap import findings_of, readers_of
from apps.changes.services.drafts import ChangeRefused, as_seen, held_row, line
from apps.contracts import queries as contracts
from apps.contracts.models import AuthorisedUser, User
from apps.contracts.services.orders import sign
from apps.contracts.services.webhook_news import announce, notice_news
from apps.outbox.enqueue import enqueue
from apps.outbox.rules.address import is_plain_address

State = GapAnalysis.State
SENT = "gap.sent"


def said_of(analysis: GapAnalysis, *, at: datetime) -> dict[str, Any]:
    """Return the words of an analysis as it is now, as GapVersion keeps them."""
    tam = contracts.tam_now(analysis.order, at=at)
    details = list(analysis.change.items.values_list("details", flat=True))
    findings = [
        {
            "title": found.title,
            "details": more,
            "is_affected": found.is_affected,
            # What to do stands only beside what hits the client.
            "to_do": found.to_do if found.is_affected else "",
        }
        for found, more in zip(findings_of(analysis), details, strict=True)
    ]
    name = (tam.tam.get_full_name() or str(tam.tam)) if tam and tam.tam else ""
    return {"findings": findings, "plan": analysis.plan, "tam": name}


@transaction.atomic
def send_gap(
    *, analysis: GapAnalysis, seen: int, what_changed: str = "", by: User, at: datetime
) -> GapVersion:
    """Send an analysis that is ready to the order's authorised users, as its next version.

    ``what_changed`` says why it is sent again, and is empty on the first. ``seen`` is the edition
    that was looked at. The same again, by a double click, returns what was sent.

    Clause: V-2-gap, V-6.1.

    :raises ChangedSince: somebody was faster.
    :raises ChangeRefused: it is not ready, or is sent again without saying what changed.
    """
    held = held_row(analysis)
    last = held.versions.order_by("number").last()
    if last and held.state == State.SENT and held.edition == seen + 1 and last.sent_by_id == by.pk:
        return last
    held = as_seen(analysis, seen=seen)
    if held.state != State.READY:
        raise ChangeRefused(f"It is {held.get_state_display().lower()}: make it ready first.")
    missing = "Say what changed since the version that the client has." if last else ""
    changed = line(what_changed, missing=missing) if last else ""
    said = said_of(held, at=at)
    number = last.number + 1 if last else 1
    content = gap_pdf(held, said=said, number=number, what_changed=changed, sent_at=at)
    version = GapVersion.objects.create(
        analysis=held,
        number=number,
        said=said,
        what_changed=changed,
        content=content,
        digest=sha256(content).hexdigest(),
        sent_at=at,
        sent_by=by,
    )
    held.state, held.next_at = State.SENT, None
    held.first_sent_at = held.first_sent_at or at
    held.edition += 1
    sign(held, reason=f"Version {number} sent", by=by, at=at)
    held.save()
    _tell(version, at=at)
    return version


@transaction.atomic
def acknowledge_gap(
    *, version: GapVersion, person: AuthorisedUser, way: str, at: datetime
) -> GapAcknowledgement:
    """Take down that somebody of the client has read a version; who was first stands.

    Clause: V-2-gap, V-3.5.

    :raises ChangeRefused: the person does not speak for the order, or a later version was sent.
    """
    held = held_row(version.analysis)
    found = GapAcknowledgement.objects.filter(version=version).first()
    if found is not None:
        return found
    person = AuthorisedUser.objects.get(pk=person.pk)
    if not person.is_active or person.order_id != held.order_id:
        raise ChangeRefused(f"{person.email} does not speak for {held.order}.")
    last = held.versions.order_by("number").last()
    if last is None or last.pk != version.pk:
        raise ChangeRefused("A later version was sent meanwhile. Read that one.")
    made = GapAcknowledgement.objects.create(
        version=version, person=person, name=person.name, way=way, at=at
    )
    if held.state == State.SENT:
        held.state = State.ACKNOWLEDGED
        held.edition += 1
        reason = f"Version {version.number} acknowledged by {person.name}"
        sign(held, reason=reason, by=person.user, at=at)
        held.save()
    return made


def _tell(version: GapVersion, *, at: datetime) -> None:
    for person in readers_of(version.analysis.order):
        if is_plain_address(person.email):
            enqueue(
                topic=SENT,
                key=f"gap-version:{version.pk}:user-{person.pk}",
                recipient=person.email,
                payload={"version_id": version.pk, "user_id": person.pk},
                at=at,
            )
    account = version.analysis.order.account
    if account.has_webhooks:
        news = notice_news(
            account.pk,
            "GAP_ANALYSIS",
            key=f"gap-version:{version.pk}",
            at=at,
            page=f"/portal/notices/gap-{version.pk}/",
            number=version.analysis.number,
            order=version.analysis.order.number,
            version=version.number,
        )
        announce([news], at=at)
