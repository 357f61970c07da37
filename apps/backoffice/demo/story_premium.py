"""The tickets under the premium policy."""

from datetime import timedelta

from apps.backoffice.demo.acts import (
    Act,
    answer,
    ask,
    ask_tam,
    assign,
    call,
    client,
    mail,
    note,
    severity,
    solve,
    suspend,
    watch,
)

NADIA = "nadia.fox@harbourline.example.com"
TOM = "tom.adeyemi@harbourline.example.com"
INES = "ines@kestrelpay.example.com"
JOON = "joon.park@bluebird.example.com"


def ago(days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    """How long before the demo's instant."""
    return timedelta(days=days, hours=hours, minutes=minutes)


# Kept promises, closed.
CLOSED: list[tuple[timedelta, Act]] = [
    (ago(9, 4), mail("recording", NADIA, "Where are call recordings kept?", "For how long?")),
    (ago(9, 2), answer("recording", "Ninety days, in the region of your account.")),
    (ago(8, 6), solve("recording", "information-given", "We close this as answered.")),
    (ago(8, 1), mail("porting", INES, "Porting three numbers", "The forms are with the carrier.")),
    (ago(8, 0, 30), severity("porting", "III", "An order about a service that works.")),
    (ago(7, 23), answer("porting", "Thank you. The carrier confirmed the date.")),
    (ago(4, 2), solve("porting", "restored", "All three numbers ring.")),
    (ago(7, 5), mail("firewall", JOON, "Phones drop after an hour", "Only behind the new router.")),
    (ago(7, 1), ask("firewall", "Does the router close idle connections? Please send its log.")),
    (ago(6, 20), client("firewall", "It does, after 3,600 seconds. The log is attached to this.")),
    (ago(6, 18), answer("firewall", "Please raise that limit in the router.")),
    (
        ago(6),
        solve(
            "firewall",
            "not-supported-service",
            "The router is not part of the service.",
            exclusion="infrastructure",
        ),
    ),
    (ago(5, 9), mail("export", NADIA, "Export of last year's calls", "As a file, please.")),
    (ago(5, 5), answer("export", "It will be ready tomorrow.")),
    (ago(4, 10), solve("export", "restored", "The file is in your console.")),
    (ago(3), client("export", "The file stops in October. Could you look again?")),
]

# Promises that were missed.
MISSED: list[tuple[timedelta, Act]] = [
    (ago(6, 5), mail("trunk", TOM, "Every third call fails", "It began at noon, on all sites.")),
    (ago(6, 4, 40), severity("trunk", "II", "A function fails; a second trunk stands in.")),
    (ago(6, 2), answer("trunk", "Sorry for the wait. One of two gateways is out.", by="duty")),
    (ago(5, 22), solve("trunk", "restored", "The gateway is back, we watched it overnight.")),
    (
        ago(0, 20),
        mail("invoice-api", INES, "Usage report is empty", "The API answers 200, no rows."),
    ),
    (ago(0, 19, 30), severity("invoice-api", "III", "The figures are in the console as well.")),
    (ago(0, 19), note("invoice-api", "Waiting for whoever knows the report service.")),
]

# Running, waiting, disputed.
OPEN: list[tuple[timedelta, Act]] = [
    (ago(3, 6), mail("webhook", INES, "Webhooks come twice", "About one in fifty, since Tuesday.")),
    (ago(3, 4), ask("webhook", "Please send us two of the delivery ids.")),
    (ago(3), client("webhook", "7f31 and 7f4c, both delivered twice within a second.")),
    (ago(2, 22), answer("webhook", "Found: a retry is sent too early. A fix is being tested.")),
    (ago(3, 2), assign("webhook", "agent")),
    (ago(3, 1), watch("webhook", "duty")),
    (ago(2, 3), mail("login", JOON, "Nobody can sign in at the clinic", "At home it works.")),
    (ago(2, 2), answer("login", "We see your sign-ins stop at a proxy. Which one do you use?")),
    (
        ago(1, 23),
        severity(
            "login",
            "II",
            "The client showed that a whole site is shut out.",
            reason="dispute-upheld",
        ),
    ),
    (ago(1, 20), ask("login", "Please let the address of our console through the proxy.")),
    (ago(1, 9), mail("greeting", TOM, "The greeting is cut off", "After four seconds.")),
    (ago(1, 8), solve("greeting", "restored", "The file was cut; the whole one is in place.")),
    (ago(1, 7), mail("ringing", INES, "Phones ring twice", "All of them, since this morning.")),
    (ago(1, 6, 30), solve("ringing", "information-given", "Switch off the second profile.")),
    (ago(0, 22), client("ringing", "We did, and they still ring twice.")),
    (ago(1, 3), mail("codec", NADIA, "Choppy audio on two handsets", "Model K-20, both new.")),
    (ago(1, 2), ask("codec", "Which firmware do they run? Menu, About.")),
    (ago(4, 1), mail("sso", JOON, "Single sign-on for nurses", "How do we set it up?")),
    (ago(4), severity("sso", "III", "A question about a service that works.")),
    (ago(3, 22), call("sso", "Talked Joon through it; he will send the metadata file.")),
    (ago(3, 21), ask("sso", "Please send the metadata file that we spoke of.")),
    (
        ago(1, 6),
        severity("sso", "IV", "No file for two days, and no answer.", reason="no-information"),
    ),
    (ago(0, 6, 30), mail("limit", INES, "Raise our call limit", "From 60 to 120, for the sales.")),
    (ago(0, 5, 30), suspend("limit", "Ines asked us to wait until her board has decided.")),
    (ago(0, 5), mail("fax", JOON, "Fax to mail stopped", "The last one came on Friday.")),
    (ago(0, 2), mail("menu", NADIA, "Change of the voice menu", "Option 3 should go to sales.")),
    (ago(0, 1, 50), assign("menu", "agent")),
    (ago(0, 1, 40), watch("menu", "tam")),
    (ago(1, 5), ask_tam("new-site", NADIA, "Numbers for the new site", "Forty, in two blocks.")),
    (ago(1, 4), answer("new-site", "Both blocks are reserved. I send you the plan.", by="tam")),
    # Their TAM's hours are used up by then: it goes to the support centre.
    (ago(0, 3, 10), ask_tam("intercom", JOON, "Intercom at the second door", "Who installs it?")),
    (ago(0, 0, 40), mail("billing", INES, "A number we do not know", "Whose is it on our bill?")),
]

STORY = [*CLOSED, *MISSED, *OPEN]
