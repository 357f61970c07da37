"""The Celery application, and the beat schedule with the reason of each period."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("faultline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def every(seconds: float, task: str) -> dict[str, Any]:
    """Run a sweep so often. One that waited a whole period unread is dropped: the next is due."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


# Every sweep may run late, twice, or on many workers at once.
app.conf.beat_schedule = {
    # A poll that finds nothing reads one index entry, and the shortest promise is an hour:
    # a miss is on the desk within a quarter of a minute.
    "sweep-deadlines": every(15.0, "apps.tickets.tasks.sweep_deadlines"),
    # A client's silence, a step down, a closing are dated to when they fell due, whenever this
    # runs: the period is only how long a page may still show them as coming.
    "sweep-follow-ups": every(30.0, "apps.tickets.tasks.sweep_follow_ups"),
    # A standing is stored with the payment or the day that moved it; tickets follow within the
    # minute where its transaction did not take them along.
    "follow-standings": every(60.0, "apps.tickets.tasks.follow_standings"),
    # Who is in charge has hours to acknowledge an escalation: half a minute more is no matter, and
    # a run that finds nothing reads one index entry.
    "climb-escalations": every(30.0, "apps.escalation.tasks.climb_escalations"),
    # Reasons for Outage are owed within hours or days: a reminder within the minute is soon enough.
    "remind-reports": every(60.0, "apps.escalation.tasks.remind_reports"),
    # Every enqueue nudges the worker at once; this is for lost nudges and for retries, whose
    # shortest back-off is a minute.
    "deliver-pending": every(30.0, "apps.outbox.tasks.deliver_pending"),
    # Somebody is to be woken: the nudge comes with the page, and a page whose nudge was lost, or
    # whose worker died, waits for a quarter of a minute more.
    "deliver-pages": every(15.0, "apps.outbox.tasks.deliver_pages"),
    "deliver-pushes": every(15.0, "apps.outbox.tasks.deliver_pushes"),
    # The nudge comes with the event; this is for further attempts, the first after five seconds. A
    # run that finds nothing reads one index entry.
    "deliver-hooks": every(5.0, "apps.outbox.tasks.deliver_hooks"),
    # An export is made as soon as it is asked for; this is for one whose worker died in the middle.
    "make-exports": every(60.0, "apps.billing.tasks.make_exports"),
    # Mail is worked off as it arrives; this is for mail whose worker died in the middle.
    "process-pending-mail": every(60.0, "apps.intake.tasks.process_pending"),
    # A mail waits in its mailbox for a minute at most, while the shortest promise is an hour, and
    # counts from when it arrived there. Without a mailbox the task ends at once.
    "poll-mailbox": every(60.0, "apps.intake.tasks.poll_mailbox"),
    # Nothing is owed once a term is over, whatever the order's state says: this puts the state
    # right within the hour after midnight, wherever that is.
    "end-expired-orders": every(3600.0, "apps.contracts.tasks.end_expired"),
    # Who does not answer is followed by the next within the minutes of the ladder, and a quarter
    # of a minute.
    "climb-pages": every(15.0, "apps.escalation.tasks.climb_pages"),
    # A page is joined to the ticket that came for it, and a missing one is asked for, within half
    # a minute: the reminders are a quarter of an hour apart.
    "follow-voice": every(30.0, "apps.intake.tasks.follow_voice"),
    # Each post nudges the worker at once; this is for lost nudges, and for alerts that still fire
    # when their maintenance is over.
    "handle-monitoring": every(30.0, "apps.intake.tasks.handle_monitoring"),
    # Hours that nobody has are told days ahead: a quarter of an hour does not matter to that, nor
    # does it to how long the page shows one that somebody took.
    "watch-coverage": every(900.0, "apps.escalation.tasks.watch_coverage"),
    # Who imports a file of payments sees its first rows booked at once; this takes up the rest, and
    # what a worker left that died in the middle.
    "book-imports": every(30.0, "apps.billing.tasks.book_imports"),
    # Keys are good for a week, so that a night more or less is no matter.
    "forget-answers": {
        "task": "apps.api.tasks.forget_answers",
        "schedule": crontab(hour=3, minute=40),
    },
    # What an earlier SECRET_KEY sealed: who keeps that one for a night more loses nothing.
    "reseal-secrets": {
        "task": "apps.contracts.tasks.reseal_secrets",
        "schedule": crontab(hour=3, minute=50),
    },
    # What does not agree is found before the next day's work; it reads all there is, once.
    "verify-ledger": {
        "task": "apps.billing.tasks.verify_ledger",
        "schedule": crontab(hour=2, minute=20),
        "options": {"expires": 3600.0},
    },
    # The days of a notice count from the instant at which its mail went out, whenever this runs:
    # the period is only how long the page still says that it has not.
    "note-tam-notices": every(60.0, "apps.contracts.tasks.note_notices"),
    # What work is worth shows on its ticket: a minute after it was logged is soon enough, and a run
    # that finds no mark reads one index entry. The invoice run rates what is left itself.
    "rate-work": every(60.0, "apps.billing.tasks.rate_work"),
    # A period of a plan begins at midnight somewhere: it is charged within the hour.
    "rate-plan-fees": every(3600.0, "apps.billing.tasks.rate_plan_fees"),
    # An account is another day overdue at midnight of its policy's zone, wherever that is: this
    # suspends within the hour after it. A payment releases at once, and waits for no beat.
    "review-standings": every(3600.0, "apps.billing.tasks.review_standings"),
    # A GAP analysis is due on a day: who is reminded within a quarter of an hour of its beginning
    # loses nothing, and a run that finds nothing reads one index entry.
    "remind-gaps": every(900.0, "apps.changes.tasks.remind_gaps"),
}
