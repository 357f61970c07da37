"""The tickets under the wholesale policy."""

from datetime import timedelta

from apps.backoffice.demo.acts import (
    Act,
    answer,
    ask,
    assign,
    client,
    copy_in,
    hand_out,
    mail,
    note,
    phoned,
    redirected,
    settled,
    severity,
    solve,
    watch,
)
from apps.backoffice.demo.story_premium import ago
from apps.intake.services import Said

ROSA = "rosa@copperfield.example.com"
SAM = "sam@copperfield.example.com"
PIA = "pia.novak@northgate.example.com"

CLOSED: list[tuple[timedelta, Act]] = [
    (ago(4, 8), mail("outage", ROSA, "All phones are dead", "All our customers, since ten past.")),
    (ago(4, 7, 55), severity("outage", "1", "No phone of any subscriber registers.")),
    (ago(4, 7, 45), answer("outage", "We see it too: a core switch is down.", by="duty")),
    (ago(4, 7, 30), assign("outage", "duty")),
    (ago(4, 3), answer("outage", "All phones register again. We keep watching.", by="duty")),
    (
        ago(4, 2, 55),
        severity("outage", "3", "Fixed; under watch for a day.", reason="under-watch"),
    ),
    (ago(3, 2), solve("outage", "monitored", "No fault in a day of watching.", by="duty")),
    (ago(7, 2), mail("ring-group", PIA, "A ring group for the shop", "Five phones, all at once.")),
    (ago(7, 1), answer("ring-group", "It is set up. Please try it.")),
    (ago(6, 1), client("ring-group", "Works, thank you!")),
    (ago(6), solve("ring-group", "resolved", "Gladly. We close this.")),
    (ago(8), mail("busy-lamp", SAM, "Busy lamps lag", "By some ten seconds, on all handsets.")),
    (ago(7, 23), answer("busy-lamp", "Known: the next version cures it.")),
    (ago(6, 20), solve("busy-lamp", "new-version", "Comes with the next version, this month.")),
]

OPEN: list[tuple[timedelta, Act]] = [
    (ago(9, 3), mail("directory", SAM, "Names in the directory", "Half of them are misspelt.")),
    (ago(5, 3), answer("directory", "Sorry for the silence. We import your list again.")),
    (ago(2, 5), mail("one-way", PIA, "Callers cannot hear us", "Only calls from the north.")),
    (ago(2, 4, 55), severity("one-way", "2", "Audio in one direction only, from some areas.")),
    (ago(2, 4, 20), answer("one-way", "A carrier drops packets; we route around it.")),
    (ago(1, 4), ask("one-way", "Is it better since yesterday noon? Please try the list.")),
    (ago(1, 2), mail("voicemail", ROSA, "Voicemail does not answer", "It rings until it stops.")),
    (ago(1, 1, 50), severity("voicemail", "3", "Voicemail worked before in this domain.")),
    (ago(1, 1, 30), copy_in("voicemail", SAM)),
    (ago(1, 1), answer("voicemail", "We restart its service tonight, outside your hours.")),
    (ago(3, 1), mail("holidays", ROSA, "Closed-day greeting", "For the week at the end of year.")),
    (ago(3), answer("holidays", "Please send us the text, we record it for you.")),
    (
        ago(2, 23),
        hand_out("holidays", "Vendor desk", "VD-1180", "The old greeting can be played by hand."),
    ),
    (ago(2, 9), mail("training", PIA, "Training for two new colleagues", "Next week, remotely?")),
    (ago(2, 8), ask("training", "Gladly. Which two hours suit them?")),
    (ago(0, 2, 10), mail("conference", SAM, "Conference room for ten", "What does it take?")),
    (ago(0, 0, 30), mail("gateway", PIA, "Customers in two towns are cut off", "Since 20 min.")),
    (ago(0, 0, 26), severity("gateway", "2", "Part of the service is out.")),
    (ago(0, 0, 15), answer("gateway", "One of our gateways restarts; it takes ten minutes.")),
    (ago(0, 0, 14), watch("gateway", "duty")),
    (ago(0, 0, 12), note("gateway", "Third restart this month: tell the vendor.", by="duty")),
]

CALLS: list[tuple[timedelta, Act]] = [
    (
        ago(1, 20),
        settled(
            ROSA,
            Said(
                "How to forward a desk phone",
                "She asked how to forward a phone for a week. Told her the two keys; it worked.",
                number="+1 (315) 555-0117",
                minutes=4,
                logs_time=True,
            ),
        ),
    ),
    (
        ago(1, 19),
        redirected(
            PIA,
            Said(
                "New numbers for the spring",
                "A list of thirty numbers to set up. Asked her to send it in writing.",
                number="+1 (716) 555-0164",
                minutes=3,
            ),
            to="TICKET",
        ),
    ),
    (
        ago(0, 20),
        phoned(
            "fax",
            SAM,
            Said(
                "Faxes stop after the first page",
                "Since yesterday, from two of their sites. He will send us a sample.",
                number="+1 (607) 555-0139",
                minutes=7,
            ),
            priority="3",
        ),
    ),
]

STORY = [*CLOSED, *OPEN, *CALLS]
