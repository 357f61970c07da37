"""What a monitoring system posts: Alertmanager's webhook, version 4, and a plain form of our own.

A post is read alert by alert: one that cannot be read is counted and told, and the others stand.
Nothing in it is trusted: texts are made storable and are bounded, and instants lie ahead by no more
than clocks differ.

Clause: V-2-monitoring.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from apps.intake.rules.charsets import one_line, storable

VERSION = "4"  # of Alertmanager's payload
LONGEST_KEY, LONGEST_NAME, LONGEST_VALUE, LONGEST_NOTE = 100, 100, 300, 2000  # characters
MOST_LABELS, MOST_NOTES = 60, 20
MOST_FAULTS = 20  # that are told in words
SUMMARIES = ("summary", "description", "message")
AHEAD = timedelta(minutes=10)  # a sender's clock may be fast
FIRST_YEAR = 1970  # Alertmanager writes “none” as the first day of year 1


class UnreadablePost(Exception):
    """The post as a whole has not the shape that it must have. The message says where."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One alert of a post.

    ``began_at`` and ``over_at`` are as sent; the receipt, where they lie far ahead of it; None: not
    sent.
    ``group`` names what Alertmanager sent together. ``is_cut``: something was left out.
    """

    fingerprint: str
    is_firing: bool
    labels: Mapping[str, str]
    notes: Mapping[str, str]
    began_at: datetime | None = None
    over_at: datetime | None = None
    group: str = ""
    is_cut: bool = False

    @property
    def title(self) -> str:
        """What it is called where there is room for a line."""
        said = next((self.notes[name] for name in SUMMARIES if self.notes.get(name)), "")
        return one_line(said or self.labels.get("alertname", "") or self.fingerprint)[:250]


@dataclass(frozen=True, slots=True)
class Post:
    """The alerts of a post, in its order, and what could not be read."""

    readings: tuple[Reading, ...]
    faults: tuple[str, ...]
    left_out: int = 0  # by the sender, who says so


def opened(body: bytes, *, is_alertmanager: bool) -> dict[str, Any]:
    """Return a post as JSON, looked at no deeper than an answer in time allows.

    Clause: V-2-monitoring.

    :raises UnreadablePost: it is no JSON, or not of that form.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadablePost("The body is no JSON.") from error
    if not isinstance(sent, dict):
        raise UnreadablePost("The body must be a JSON object.")
    if is_alertmanager and sent.get("version") != VERSION:
        raise UnreadablePost(f'“version” must be "{VERSION}", as Alertmanager sends it.')
    if not is_alertmanager and "alerts" not in sent:
        sent = {"alerts": [sent]}
    if not isinstance(sent.get("alerts"), list):
        raise UnreadablePost("“alerts” must be a list.")
    return sent


def read_post(body: bytes, *, is_alertmanager: bool, at: datetime) -> Post:
    """Read a post that was received at an instant, alert by alert.

    Clause: V-2-monitoring.

    :raises UnreadablePost: it is no JSON, or not of that form.
    """
    sent = opened(body, is_alertmanager=is_alertmanager)
    names = ("startsAt", "endsAt") if is_alertmanager else ("starts_at", "ends_at")
    group = _group(sent.get("groupKey"))
    left_out = sent.get("truncatedAlerts")
    readings, faults = [], []
    for place, alert in enumerate(sent["alerts"], start=1):
        try:
            readings.append(_reading(alert, names=names, group=group, at=at))
        except UnreadablePost as fault:
            faults.append(f"Alert {place}: {fault}")
    return Post(
        tuple(readings),
        _bounded(faults),
        left_out if type(left_out) is int and 0 < left_out < 1_000_000 else 0,  # noqa: PLR2004
    )


def _bounded(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - MOST_FAULTS
    return (*faults[:MOST_FAULTS], *([f"And {more:,} more."] if more > 0 else []))


def _reading(alert: Any, *, names: tuple[str, str], group: str, at: datetime) -> Reading:
    if not isinstance(alert, dict):
        raise UnreadablePost("it is no JSON object.")
    status = str(alert.get("status")).lower()
    if status not in ("firing", "resolved"):
        raise UnreadablePost("“status” must be firing or resolved.")
    labels, cut = _texts(alert, "labels", most=MOST_LABELS, longest=LONGEST_VALUE)
    notes, cut_notes = _texts(alert, "annotations", most=MOST_NOTES, longest=LONGEST_NOTE)
    if isinstance(alert.get("summary"), str):
        said = storable(alert["summary"])
        notes, cut_notes = (
            {"summary": said[:LONGEST_NOTE], **notes},
            cut_notes or (len(said) > LONGEST_NOTE),
        )
    began_at, over_at = (_instant(alert.get(name), at=at) for name in names)
    return Reading(
        fingerprint=_fingerprint(alert),
        is_firing=status == "firing",
        labels=labels,
        notes=notes,
        began_at=began_at,
        over_at=over_at,
        group=_group(alert.get("group")) or group,
        is_cut=cut or cut_notes,
    )


def _fingerprint(alert: Mapping[str, Any]) -> str:
    """Return what names the alert: as sent, else a digest of its labels, which are whole here."""
    given, labels = alert.get("fingerprint"), alert.get("labels")
    if given is not None and not isinstance(given, str):
        raise UnreadablePost("“fingerprint” must be a text.")
    if not given and not labels:
        raise UnreadablePost("it has neither “fingerprint” nor “labels”.")
    if not given:
        return _digest(json.dumps(labels, sort_keys=True))
    kept = one_line(given)
    return kept if kept == given and len(kept) <= LONGEST_KEY else _digest(given)


def _texts(
    alert: Mapping[str, Any], name: str, *, most: int, longest: int
) -> tuple[dict[str, str], bool]:
    """Return names to texts, and whether some of them were left out."""
    given = alert.get(name)
    if given is None:
        return {}, False
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise UnreadablePost(f"“{name}” must be an object of texts.")
    kept = {
        storable(key)[:LONGEST_NAME]: storable(text)[:longest]
        for key, text in sorted(given.items(), key=_known_first)[:most]
    }
    whole = len(kept) == len(given) and all(
        len(key) <= LONGEST_NAME and len(text) <= longest for key, text in given.items()
    )
    return kept, not whole


def _known_first(pair: tuple[str, str]) -> tuple[bool, str]:
    return pair[0] not in (*SUMMARIES, "alertname", "severity", "service", "instance"), pair[0]


def _group(given: Any) -> str:
    return _digest(given) if isinstance(given, str) and given else ""


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:40]


def _instant(given: Any, *, at: datetime) -> datetime | None:
    """Return an instant as it was sent; the receipt, where the sender's clock is far ahead."""
    if not isinstance(given, str) or not given:
        return None
    try:
        found = datetime.fromisoformat(given[:64])
        found = found.astimezone(UTC) if found.tzinfo else None  # type: ignore[assignment]
    except (ValueError, OverflowError) as error:
        # The first day of year 1 lies before all time, in some zones.
        if given.startswith("0001-01-01"):
            return None
        raise UnreadablePost(
            f"“{one_line(given)[:40]}” is no instant such as 2026-11-28T21:30:00Z."
        ) from error
    if found is None:
        raise UnreadablePost(f"“{one_line(given)[:40]}” says no zone, such as Z for UTC.")
    if found.year < FIRST_YEAR:
        return None
    return found if found <= at + AHEAD else at


def label_pairs(labels: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield the labels by which an alert can be mapped, each with its value.

    Clause: V-2-monitoring.
    """
    return ((name, value) for name, value in labels.items() if value)
