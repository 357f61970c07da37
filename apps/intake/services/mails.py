"""One mail in: kept first, then read, decided and done in one transaction.

Whatever the mail is, its bytes are on record before anything looks at them, and the decision on
it can be read beside them.
"""

import hashlib
import logging
from copy import copy
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from apps.contracts.models import User
from apps.intake.models import InboundMail
from apps.intake.rules.charsets import storable
from apps.intake.rules.mail import NotAMail, ParsedMail, parse
from apps.intake.services.around import look_around
from apps.intake.services.decide import Overtaken, State, decide, report
from apps.intake.services.hold import hold, let_pass, too_much
from apps.intake.services.machines import keep_machines, machines_reason
from apps.intake.services.take import take
from apps.outbox.bulk import insert_once

logger = logging.getLogger(__name__)

BATCH = 500  # mails that one run works off; the next run takes the rest


class TooBig(ValueError):
    """The mail is over the limit. It is not kept; the sender's server is told."""

    def __init__(self) -> None:
        super().__init__(
            f"The mail has more than {settings.MAIL_MAX_BYTES:,} bytes. "
            "Raise MAIL_MAX_BYTES to take it."
        )


def receive_mail(raw: bytes, *, at: datetime) -> InboundMail:
    """Keep a raw mail as it came and work it off. The same bytes again are the same mail.

    ``at`` is the instant of receipt, and a ticket's clocks run from it. The Date that a mail
    bears is the sender's word, and decides nothing.

    Clause: V-8.1, V-8.1.4, V-1.2, V-3.5, S-8.

    :raises TooBig: the mail is over the configured limit.
    """
    if len(raw) > settings.MAIL_MAX_BYTES:
        raise TooBig
    digest = hashlib.sha256(raw).hexdigest()
    mail = InboundMail(digest=digest, raw=raw, received_at=at)
    if insert_once(mail):
        return _work_off(mail, is_new=True)
    mail = InboundMail.objects.defer("raw").get(digest=digest)
    # A server that delivers again may do so because the first delivery came to grief.
    return process(mail) if mail.is_unfinished else mail


def note_too_big(head: bytes, *, size: int, at: datetime) -> InboundMail:
    """List a mail that is too big to be taken, and stays where it lies; ``head`` is its header.

    The same header and size again are the same mail.

    Clause: V-8.1 (no request is lost).
    """
    named = hashlib.sha256(b"too big, %d bytes\n" % size + head).hexdigest()
    why = (
        f"It has {size:,} bytes, and MAIL_MAX_BYTES is {settings.MAIL_MAX_BYTES:,}. It lies in"
        " the mailbox, flagged; only its header is kept here. Raise the limit to take it."
    )
    sender = subject = mail_id = ""
    try:
        parsed = parse(head)
        sender, subject, mail_id = parsed.sender[:320], parsed.subject, parsed.message_id
    except NotAMail as unreadable:
        why = f"{why} {unreadable}"
    facts = {"sender": sender, "subject": subject, "mail_id": mail_id}
    with transaction.atomic():
        mail, is_new = InboundMail.objects.defer("raw").get_or_create(
            digest=named,
            defaults={
                "raw": head,
                "received_at": at,
                "state": State.TOO_BIG,
                "is_cut": True,
                "why": why,
                **facts,
            },
        )
        if is_new:
            report(mail, "too_big")
    return mail


def process(mail: InboundMail) -> InboundMail:
    """Work off a kept mail: all of it or nothing. A fault of ours is written on it, never lost.

    A database that is in trouble is not the mail's fault: it stays as it is, for the next sweep.
    """
    return _work_off(mail, is_new=False)


def _work_off(mail: InboundMail, *, is_new: bool) -> InboundMail:
    try:
        try:
            with transaction.atomic():
                return _process(mail, is_new=is_new)
        except (IntegrityError, Overtaken):
            # Another worker was faster with this mail, or with one of its Message-ID: this time
            # it is seen what became of it.
            with transaction.atomic():
                return _process(mail, is_new=False)
    except (OperationalError, InterfaceError) as trouble:
        logger.error("Mail %s waits, the database is in trouble: %s", mail.pk, trouble)
    except Exception as fault:
        logger.exception("Mail %s could not be worked off", mail.pk)
        why = storable(f"{type(fault).__name__}: {fault}")[:2000]
        # Only what is still unfinished: another worker may have been luckier meanwhile.
        failed = InboundMail.objects.unfinished().filter(pk=mail.pk)
        with transaction.atomic():
            if failed.update(state=State.FAILED, why=why):
                report(mail, "unreadable")
        mail.refresh_from_db(fields=["state", "why", "ticket"])
    return mail


def process_pending(*, before: datetime) -> int:
    """Work off what was kept before then and never finished, oldest first; return how many."""
    # Without their bytes: five hundred mails may be many gigabytes.
    mails = InboundMail.objects.unprocessed(before=before).defer("raw").order_by("pk")[:BATCH]
    return sum(process(mail).state != State.RECEIVED for mail in mails)


def release_held(*, mail: InboundMail, by: User, at: datetime) -> InboundMail:
    """Let a held mail pass, and work it off as of when it was received.

    Of two who do it at once one does, and both see what became of it.

    Clause: V-8.1.
    """
    let_pass(mail=mail, by=by, at=at)
    now = InboundMail.objects.defer("raw").get(pk=mail.pk)
    return process(now) if now.is_unfinished else now


def _process(mail: InboundMail, *, is_new: bool) -> InboundMail:
    """Work a mail off without a lock on it: whoever decides first is right, see ``decide``.

    A lock would be held while waiting for the ticket, by two who could then wait for each other.
    """
    # The bytes never change, so they are not read again.
    now = copy(mail) if is_new else InboundMail.objects.defer("raw").get(pk=mail.pk)
    if not now.is_unfinished:
        return now
    try:
        parsed = parse(bytes(mail.raw))
    except NotAMail as unreadable:
        report(now, "unreadable")
        return decide(now, State.UNREADABLE, str(unreadable))
    now.sender, now.subject = parsed.sender[:320], parsed.subject
    now.mail_id, now.defects = parsed.message_id, list(parsed.defects)
    now.is_cut = parsed.is_cut
    decided = _settled_already(now, parsed) or take(now, parsed)
    if decided.is_cut:
        report(decided, "cut")
    return decided


def _settled_already(mail: InboundMail, parsed: ParsedMail) -> InboundMail | None:
    """Decide on a mail that asks for nothing, or not now; None: a person wrote, and is heard."""
    around = look_around(mail)
    if around.came_before:
        return decide(mail, State.DUPLICATE, "A mail with this Message-ID came before.")
    machine = machines_reason(parsed, is_from_us=around.is_from_us)
    if machine:
        return keep_machines(mail, parsed, machine)
    return hold(mail, too_much(mail)) if around.is_over_cap else None
