"""An entitled person who writes mails, and a mailbox on a real server that they lie in."""

from collections.abc import Iterator

import pytest

from apps.contracts.models import AuthorisedUser
from tests.dovecot import BINARY, Server, dovecot
from tests.intake.mailboxes import Box, new_box
from tests.intake.mails_in import make_ada


@pytest.fixture
def ada(db) -> AuthorisedUser:
    """An authorised user of an executed order in its term."""
    return make_ada()


@pytest.fixture(scope="session")
def imap() -> Iterator[Server]:
    """Dovecot, for as long as this process tests."""
    if BINARY is None:
        pytest.skip("Dovecot is not installed")
    with dovecot() as server:
        yield server


@pytest.fixture
def box(imap, settings) -> Box:
    """A mailbox of this test's own, which the settings point to."""
    return new_box(imap, settings)
