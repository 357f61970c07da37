"""Which finding of fault counts for a ticket that others were merged into.

Clause: S-4.
"""

from collections.abc import Collection, Mapping, Sequence

from apps.billing.rules.fees import Finding


def finding_of(
    ticket: int,
    *,
    children: Mapping[int, Sequence[int]],
    contacts: Collection[int],
    findings: Mapping[int, Finding],
) -> Finding:
    """Return the finding that counts for a ticket's work.

    A contact is what both sides review, so a finding is of the ticket that was reviewed: the
    ticket's own counts. While it has none, and no contact of its own waits for one, that of the
    ticket that was merged into it does, for the contact that came with it. Several that are not of
    one mind, or of which one is missing, are UNDECIDED: nothing is billed before the review.

    ``children`` are the tickets that were merged into each, ``contacts`` those that have a contact
    to be reviewed, ``findings`` the latest of each that has one.

    Clause: S-4.
    """
    own = findings.get(ticket)
    if own is not None:
        return own
    if ticket in contacts:
        return Finding.UNDECIDED
    told = {
        finding_of(child, children=children, contacts=contacts, findings=findings)
        for child in children.get(ticket, ())
        if _counts(child, children, contacts or findings)
    }
    return told.pop() if len(told) == 1 else Finding.UNDECIDED


def _counts(ticket: int, children: Mapping[int, Sequence[int]], reviewed: Collection[int]) -> bool:
    """Tell whether anything came with a ticket that is reviewed."""
    return ticket in reviewed or any(
        _counts(child, children, reviewed) for child in children.get(ticket, ())
    )
