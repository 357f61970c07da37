"""How the mails read by which clients hear of their standing: a step ahead, and a change.

Each is made of what is owed when it is sent; what was paid meanwhile takes it back.
"""

from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string

from apps.billing.models import StandingReview
from apps.billing.queries.standing import Facts, facts_of_one
from apps.billing.rules.delinquency import Delinquency, standing_on
from apps.billing.rules.ladder import GOOD, Ladder, is_harder
from apps.billing.rules.standing_why import effect
from apps.billing.wording import day, money
from apps.contracts.models import Account, PolicyVersion
from apps.contracts.queries import standing_of
from apps.outbox.rendering import Email, Withdrawn, renders

SHOWN = 20  # documents that a mail lists one by one


@renders("standing.notice")
def notice(payload: dict[str, Any]) -> Email:
    """Tell a client what is suspended on which day, and what stops it.

    :raises Withdrawn: it will not be, for it was paid, disputed or spared meanwhile.

    Clause: S-12, R-4, R-5.
    """
    account = Account.objects.get(pk=payload["account_id"])
    on = date.fromisoformat(payload["acts_on"])
    facts = facts_of_one(account, at=datetime.fromisoformat(payload["told_at"]))
    then = _then(facts, on)
    if then is None or then.rung is None or is_harder(payload["state"], then.state):
        raise Withdrawn("It was paid, disputed or spared meanwhile.")
    if facts.ladder is None or facts.governing is None:
        raise Withdrawn("No policy suspends anything any more.")
    context = {
        **_figures(account, facts.currency, then),
        "day": day(on),
        "effect": effect(payload["state"]),
        "clause": then.rung.clause,
        "words": then.rung.words,
        "is_automatic": facts.ladder.is_automatic,
    }
    version = PolicyVersion.objects.get(pk=facts.governing.version_id)
    subject = f"{account}: {money(then.overdue_amount, facts.currency)} to pay before {day(on)}"
    return _mail(subject, "mail/standing_notice.txt", context, version)


@renders("standing.changed")
def changed(payload: dict[str, Any]) -> Email:
    """Tell a client that something is suspended, or not any more, and why.

    :raises Withdrawn: it stands otherwise by now, of which another mail tells.

    Clause: S-12, R-5.
    """
    related = ("account__standing", "version")
    review = StandingReview.objects.select_related(*related).get(pk=payload["review_id"])
    standing = standing_of(review.account)
    if (standing.state if standing else GOOD) != review.to_state:
        raise Withdrawn("The account stands otherwise by now.")
    is_good = review.to_state == GOOD
    facts = facts_of_one(review.account, at=review.at)
    now = facts.delinquency()
    context = {
        "account": review.account,
        "is_good": is_good,
        "is_milder": is_harder(review.from_state, review.to_state),
        "effect": "" if is_good else effect(review.to_state),
        "clause": review.clause,
        "day": day(review.on),
        "why": standing.why if standing else "",
    }
    if now is not None:
        context |= _figures(review.account, facts.currency, now)
    words = "in good standing again" if is_good else review.get_to_state_display().lower()
    return _mail(f"{review.account}: {words}", "mail/standing_changed.txt", context, review.version)


def _then(facts: Facts, on: date) -> Delinquency | None:
    """Return how the account will stand on that day; None: it is spared, or a person holds it."""
    ladder: Ladder | None = facts.ladder
    row = facts.exemption
    if ladder is None or facts.is_held or (row is not None and row.until_on >= on):
        return None
    return standing_on(ladder=ladder, owed=facts.owed, changes=facts.changes, on=on)


def _figures(account: Account, currency: str, then: Delinquency) -> dict[str, Any]:
    return {
        "account": account,
        "documents": [
            (each.owed.name, day(each.owed.due_on), f"{each.owed.counted_amount:,.2f}", each.days)
            for each in then.overdue[:SHOWN]
        ],
        "more": max(len(then.overdue) - SHOWN, 0),
        "currency": currency,
        "overdue": money(then.overdue_amount, currency),
        "clears": money(then.clears_amount, currency),
    }


def _mail(
    subject: str, template: str, context: dict[str, Any], version: PolicyVersion | None
) -> Email:
    return Email(
        subject=subject,
        text=render_to_string(template, context).strip() + "\n",
        reply_to=(version.support_address,) if version else (),
        language=version.language if version else "en",
    )
