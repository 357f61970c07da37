"""Whose finding counts after tickets were merged: that of the contact that was reviewed."""

import pytest

from apps.billing.rules.fees import Finding
from apps.billing.rules.findings import finding_of

pytestmark = pytest.mark.clause("S-4")
OURS, THEIRS, OPEN = Finding.PROVIDER, Finding.NOT_PROVIDER, Finding.UNDECIDED
SURVIVOR, FIRST, SECOND, OLDER = 1, 2, 3, 4
# The second was itself the survivor of an older merge.
CHILDREN = {SURVIVOR: [FIRST, SECOND], FIRST: [], SECOND: [OLDER], OLDER: []}


@pytest.mark.parametrize(
    ("contacts", "findings", "counts"),
    [
        ({SURVIVOR, FIRST}, {}, OPEN),
        ({SURVIVOR, FIRST}, {SURVIVOR: OURS, FIRST: THEIRS}, OURS),  # whichever came later
        ({FIRST}, {SURVIVOR: THEIRS, FIRST: OURS}, THEIRS),
        ({SURVIVOR, FIRST}, {FIRST: THEIRS}, OPEN),  # the survivor's own contact is not reviewed
        ({SURVIVOR, FIRST}, {SURVIVOR: OPEN, FIRST: THEIRS}, OPEN),
        ({FIRST}, {FIRST: THEIRS}, THEIRS),
        ({FIRST}, {FIRST: THEIRS, SECOND: OURS}, THEIRS),  # the second had nothing to be reviewed
        ({FIRST, SECOND}, {FIRST: THEIRS}, OPEN),
        ({FIRST, SECOND}, {FIRST: THEIRS, SECOND: THEIRS}, THEIRS),
        ({FIRST, SECOND}, {FIRST: THEIRS, SECOND: OURS}, OPEN),
        ({OLDER}, {OLDER: OURS}, OURS),
        ({OLDER}, {OLDER: OURS, SECOND: THEIRS}, THEIRS),
        (set(), {FIRST: THEIRS}, THEIRS),  # a fee that asks for a finding without a contact
        (set(), {}, OPEN),
    ],
)
def test_the_finding_that_counts(contacts, findings, counts):
    found = finding_of(SURVIVOR, children=CHILDREN, contacts=contacts, findings=findings)

    assert found == counts
