"""An entitled person who writes mails."""

import pytest

from apps.contracts.models import AuthorisedUser
from tests.intake.mails_in import make_ada


@pytest.fixture
def ada(db) -> AuthorisedUser:
    """An authorised user of an executed order in its term."""
    return make_ada()
