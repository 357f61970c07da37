"""What happened in the demo's days: how long before its instant, and which act."""

from datetime import timedelta

from apps.backoffice.demo import story_escalations, story_outages, story_premium, story_wholesale
from apps.backoffice.demo.acts import Act, assign, away, mail, noise, severity, stray_mail

__all__ = ["LASTS", "STORY", "WATCHED", "WATCHED_ACTS", "WATCHED_SENDER", "WATCHED_SEVERITY"]

LASTS = timedelta(days=12)

STRAYS: list[tuple[timedelta, Act]] = [
    (
        timedelta(days=5, hours=3),
        stray_mail(
            "Gus Trent <gus@elsewhere.example.com>",
            "Please reset my password",
            "I work for Harbourline now. Can you reset the console password for me?",
            known="nadia.fox@harbourline.example.com",
        ),
    ),
    (
        timedelta(days=2, hours=7),
        stray_mail(
            "Milo Brandt <milo@larkspur.example.com>",
            "Calls to Portugal fail",
            "Since this morning no call to Portugal goes through. Please look.",
            known="milo@larkspur.example.com",
        ),
    ),
    (
        timedelta(hours=9),
        stray_mail(
            "Leo Haas <leo@saltmarsh.example.com>",
            "When do we start?",
            "Our contract should be on your desk. We would like to open our first ticket.",
            known="leo@saltmarsh.example.com",
        ),
    ),
    (timedelta(days=1, hours=2), away("nadia.fox@harbourline.example.com")),
    (timedelta(hours=16), noise("rosa@copperfield.example.com")),
]

STORY = [
    *story_premium.STORY,
    *story_wholesale.STORY,
    *story_escalations.STORY,
    *story_outages.STORY,
    *STRAYS,
]

# The ticket whose response falls due while somebody watches: nobody has answered it. Its acts are
# dated from its registration.
WATCHED = "dialler"
WATCHED_SENDER = "tom.adeyemi@harbourline.example.com"
WATCHED_SEVERITY = "I"
WATCHED_ACTS: list[tuple[timedelta, Act]] = [
    (
        timedelta(0),
        mail(
            WATCHED,
            WATCHED_SENDER,
            "No outgoing calls from the dispatch centre",
            "None of our forty dispatchers can place a call. Incoming calls still work.\n"
            "Trucks are waiting at the gate, please help at once.",
        ),
    ),
    (
        timedelta(minutes=6),
        severity(WATCHED, WATCHED_SEVERITY, "A critical function is down and nothing stands in."),
    ),
    (timedelta(minutes=8), assign(WATCHED, "agent")),
]
