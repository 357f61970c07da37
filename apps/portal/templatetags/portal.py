"""Instants, amounts and badges as the portal shows them."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from apps.portal.access import SeatedRequest
from apps.tickets.wording import span as in_hours

register = template.Library()
# The first that a browser names is what it is: most name others after themselves.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
HERE = re.compile(r'aria-current="page">([^<]+)</a>')  # as `current` marks it
SYSTEMS = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """Return an instant in the reader's zone, such as “Fri 27 Nov 2026, 15:03 EST”."""
    return _marked(at, timezone.get_current_timezone()) if at else ""


@register.filter
def browser(agent: str) -> str:
    """Return what a browser calls itself, as people do, such as “Firefox on Windows”."""
    name = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    if name and system:
        return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or gettext("Another program")


@register.simple_tag
def when_in(at: datetime | None, zone: str) -> SafeString | str:
    """Return an instant in the reader's zone, and in the policy's where its clock differs."""
    if at is None:
        return ""
    ours, theirs = ZoneInfo(zone), timezone.get_current_timezone()
    if at.astimezone(ours).replace(tzinfo=None) == at.astimezone(theirs).replace(tzinfo=None):
        return _marked(at, theirs)
    return format_html(
        '{} <span class="zone">({})</span>', _marked(at, theirs), _clock(at.astimezone(ours))
    )


@register.simple_tag
def span_in(starts_at: datetime, ends_at: datetime, zone: str) -> SafeString:
    """Return a span in the reader's zone, and in the policy's where its clock differs."""
    ours, theirs = ZoneInfo(zone), timezone.get_current_timezone()
    shown = format_html("<span>{}</span>", _span(starts_at, ends_at, theirs))
    if all(
        at.astimezone(ours).replace(tzinfo=None) == at.astimezone(theirs).replace(tzinfo=None)
        for at in (starts_at, ends_at)
    ):
        return shown
    return format_html('{} <span class="zone">({})</span>', shown, _span(starts_at, ends_at, ours))


@register.filter
def day(on: date | None) -> SafeString | str:
    """Return a date, such as “27 Nov 2026”."""
    if on is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), f"{on.day} {on:%b %Y}")


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """Return an amount with its currency: the minus is a minus, and nothing breaks the line."""
    if amount is None:
        return ""
    shown = f"{abs(amount):,.2f}"
    sign = "−" if amount < 0 else ""
    return format_html('<span class="money">{}{} {}</span>', sign, shown, currency)


@register.simple_tag
def span(length: timedelta) -> str:
    """Return a length of time in hours and minutes, such as “6 h 30 min”."""
    return in_hours(length)


@register.filter
def label(text: str) -> str:
    """Return the label of a state or a kind in the reader's language; its model marks it."""
    return gettext(text) if text else ""


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], right: str) -> bool:
    """Tell whether the reader has a right at the account that they look at."""
    request: SeatedRequest = context["request"]
    seat = getattr(request, "seat", None)
    return seat is not None and seat.may(right)


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], *names: str) -> SafeString | str:
    """Return the mark of the link to the page that is shown, or to the part that it belongs to."""
    match = getattr(context["request"], "resolver_match", None)
    shown = match.url_name if match else ""
    return mark_safe(' aria-current="page"') if shown in names else ""


@register.simple_tag(takes_context=True)
def main_menu(context: dict[str, Any]) -> dict[str, str]:
    """Return the main menu: its ``entries``, and ``here``, the one of the page; "": it has none."""
    entries = render_to_string("portal/nav.html", request=context["request"])
    found = HERE.search(entries)
    return {"entries": entries, "here": unescape(found[1]) if found else ""}


def _marked(at: datetime, zone: Any) -> SafeString:
    local = at.astimezone(zone)
    machine = at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}">{}</time>', machine, _clock(local))


def _span(starts_at: datetime, ends_at: datetime, zone: Any) -> str:
    """Return a span on a wall clock; the day of its end only where it is another one."""
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if (first.date(), first.tzname()) == (last.date(), last.tzname()):
        until = f"{last:%H:%M %Z}"
        begins = f"{first:%a} {first.day} {first:%b %Y, %H:%M}"
    else:
        begins, until = _clock(first), _clock(last)
    return gettext("%(begins)s to %(ends)s") % {"begins": begins, "ends": until}


def _clock(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
