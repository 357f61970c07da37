"""Terms in words: lengths of time, fees, and the vocabulary of a rule's settings."""

from datetime import timedelta
from typing import Any

from apps.contracts.wording import fee

__all__ = ["fee", "label", "length", "value"]

# What a setting is called on the page. Where the name reads well as it is, it is not listed.
LABELS = {
    "after": "After",
    "as_long_as": "The client has as long as",
    "at_limit": "When the hours are used up",
    "audience": "Who is told",
    "authorised_users_only": "Only authorised users may ask",
    "bill_before_finding": "Billed before the finding",
    "calendar": "Hours that count",
    "chase_after_minutes": "The caller is reminded, minutes after the call",
    "clocks_run_on": "Our clocks run on",
    "close_after": "Closes after",
    "counts": "What counts as a response",
    "counts_from": "A new target counts from",
    "disconnection_is_outage": "A cut at a third party is an outage",
    "disputed_from": "Disputed amounts stop counting",
    "disputed_counts": "Disputed amounts count as overdue",
    "ends_with": "Ends with",
    "first": "First in line",
    "first_by": "Among these, first",
    "fixed_resolution": "A time to resolve is promised",
    "from_days": "From day",
    "ignore_below": "Nothing is suspended when less is overdue than",
    "month_zone": "Months are those of",
    "more_than_days": "More than days",
    "needs": "A request must name",
    "notice_business_days": "Booked ahead, business days",
    "notice_days": "Notice, days",
    "notice_days_before": "Notice, days before",
    "on_miss": "When the client is late, the severity is",
    "on_silence": "When nobody answers, the ticket is",
    "on_untrue": "A ground that is shown to be untrue",
    "order_clause": "Without an executed order",
    "others": "All else is",
    "outside_calendar": "Outside of",
    "owed": "Owed",
    "path": "Path",
    "preliminary_keeps": "A preliminary report keeps the promise",
    "reachable": "Can be reached",
    "released_by": "Ends when",
    "remind_at_percent": "Reminders, % of the time used",
    "rest_by": "The rest, first",
    "rungs": "Steps",
    "served": "Served as it comes",
    "steps": "Steps",
    "stops_clocks": "Stops the clocks of suspended tickets",
    "stops_for": "The clock stops for",
    "tag": "Language tag",
    "term_clause": "Outside the order's term",
    "ticket_must_follow": "A ticket must follow the call",
    "to": "To",
    "warn_at_percent": "Warnings, % of the hours used",
    "zone": "Days are those of",
}

# What a setting's value means, where its name alone does not say it.
VALUES = {
    "DASHBOARD_SUSPENDED": "the dashboard is suspended too",
    "SUPPORT_SUSPENDED": "support is suspended",
    "affected_accounts": "the accounts that it may affect",
    "always": "at all hours",
    "below_rung": "what is left is younger than the step",
    "bona_fide": "once finance takes the dispute to be bona fide",
    "raised": "once the dispute is raised",
    "automatic": "comes by itself",
    "close": "closed",
    "closure": "the closing of the ticket",
    "go_on": "goes on, with that on record",
    "lower": "lowered by one",
    "none": "none",
    "nothing_overdue": "nothing undisputed is overdue",
    "order": "the order",
    "order_calendar": "in the business hours that the order names",
    "policy": "the policy's time zone",
    "propose": "proposed to be lowered by one",
    "proposed": "waits for a person to confirm it",
    "redirect": "requests go to the support centre",
    "refuse": "refused",
    "registration": "by arrival",
    "resolution_deadline": "what is due to be resolved soonest",
    "response": "the plan's response time",
    "solution": "the solution, or another closing event",
    "waiting_on_client": "waiting for the client",
}
# The same word means another thing in these settings.
VALUES_OF = {"counts_from": {"registration": "registration"}}

KINDS = {
    "allowance": "Included",
    "free": "Free",
    "hourly": "By the hour",
    "per_order": "As ordered",
    "tiers": "Price list",
}


def length(span: timedelta) -> str:
    """Return a length of time in hours and minutes: 48 h, 1 h 30 min, 20 min."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    parts = [f"{hours:,} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def label(setting: str) -> str:
    """Return what a setting is called."""
    return LABELS.get(setting) or setting.replace("_", " ").capitalize()


def value(setting: str, fact: Any) -> str:
    """Return one value of a setting in words; hours as a length of time, yes and no."""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, dict) and set(fact) <= {"hours", "minutes"}:
        span = timedelta(**fact)
        return length(span) if span else "at once"
    text = str(fact)
    return VALUES_OF.get(setting, VALUES).get(text) or text.replace("_", " ")
