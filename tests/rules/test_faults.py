"""What staff read of a mail that a fault of ours kept from being worked off."""

import pytest

from apps.intake.rules.faults import fault_in_words

pytestmark = pytest.mark.clause("V-8.1")
TODO = (
    ", so nothing of it was done. Work it off again; if that fails too, show this to whoever runs"
    " the system: "
)
TAKEN = "Something that it would have written is here already under the same name"
SQLITE = "IntegrityError: UNIQUE constraint failed: outbox_message.key"
POSTGRESQL = 'IntegrityError: duplicate key value violates unique constraint "outbox_message_key"'


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (SQLITE, f"{TAKEN}{TODO}{SQLITE}"),
        (f"{POSTGRESQL}\nDETAIL:  Key (key)=(x) already exists.", f"{TAKEN}{TODO}{POSTGRESQL}"),
        ("KeyError: 'kettle'", f"There was a fault of ours{TODO}KeyError: 'kettle'"),
        ("", f"There was a fault of ours{TODO}nothing is known of it"),
    ],
)
def test_a_fault_says_what_to_do_before_what_it_is(why, told):
    assert fault_in_words(why) == told
