"""Whether a mail asks for the person in charge, and on what ground."""

import pytest

from apps.intake.rules.escalations import asks_in_subject, escalation_mailboxes, grounds_named

GROUNDS = {
    "response-late": "The response came later than promised, or not yet",
    "sla-violated": "An agreed service level was missed",
    "dissatisfaction": "The client is not content with the support",
}


@pytest.mark.clause("V-9.2", "S-7")
@pytest.mark.parametrize(
    "subject",
    [
        "Escalation",
        "ESCALATION!",
        "escalate FL-000012",
        "Escalation FL-12: nobody calls back",
        "Escalation: FL-000012",
        "Escalation - FL-000012",
        "Escalation of FL-000012",
        "Escalation request for [FL-000012]",
        "[FL-000012] Escalation",
        " [FL-000012]  Escalation: response late",
    ],
)
def test_a_subject_that_begins_with_the_word_asks_for_it(subject):
    assert asks_in_subject(subject, prefix="FL") is True


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "No escalation please",
        "Escalation of privileges in the console",
        "Escalations page is slow",
        "Escalator out of order",
        "Re: Escalation FL-000012",
        "Re: [FL-000012] Escalation of privileges",
        "[FL-000012] Escalation of privileges",
        "Escalate WS-000012",
    ],
)
def test_other_subjects_do_not(subject):
    assert asks_in_subject(subject, prefix="FL") is False


@pytest.mark.clause("V-9.2")
def test_the_sub_address_names_the_mailbox_that_it_belongs_to():
    assert (
        escalation_mailboxes(
            [
                "help+escalation@harbour.example.com",
                "Help+Escalate@harbour.example.com",
                "help@harbour.example.com",
                "help+billing@harbour.example.com",
                "+escalation@harbour.example.com",
            ]
        )
        == ["help@harbour.example.com"] * 2
    )


@pytest.mark.clause("V-9.1", "V-9.2")
@pytest.mark.parametrize(
    ("subject", "text", "named"),
    [
        ("Escalation", "Ground: response-late", ["response-late"]),
        ("Escalation", "> reason =  SLA violated.\n", ["sla-violated"]),
        ("Escalation", "Ground: An agreed service level\n was missed", ["sla-violated"]),
        ("Escalation: response late", "Please call.", ["response-late"]),
        ("Escalation", "The client is\nnot content with the support!", ["dissatisfaction"]),
        # The line has the last word, whatever else is said.
        ("Escalation: response late", "Ground: sla-violated", ["sla-violated"]),
        # A line that names none leaves the rest to be looked at.
        ("Escalation: response late", "Reason: you are slow", ["response-late"]),
        ("Escalation", "response late and SLA violated", ["response-late", "sla-violated"]),
        ("Escalation", "Nobody calls back.", []),
        ("Escalation", "unresponse-lately", []),
        ("", "", []),
    ],
)
def test_a_ground_is_named_by_its_key_or_its_words(subject, text, named):
    assert grounds_named(subject, text, grounds=GROUNDS) == named
