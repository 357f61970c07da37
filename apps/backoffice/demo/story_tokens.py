"""Tokens by which a client's programs and the provider's own dashboard ask.

Nobody has these: what a token shows is made at random and dropped here. Whoever wants to try the
API makes one of their own.
"""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Stage
from apps.contracts.models import AuthorisedUser
from apps.contracts.services import end_token, issue_token, note_used

WHO = "nadia.fox@harbourline.example.com"
MADE, ENDED, USED = timedelta(days=21), timedelta(days=14), timedelta(minutes=7)
HOLDS = timedelta(days=365)


def let_programs_ask(stage: Stage, at: datetime) -> None:
    """Let one client have a token that is used and one that has ended, and the provider its own."""
    nadia = AuthorisedUser.objects.select_related("user").get(email=WHO)
    theirs = {"person": nadia, "by": nadia.user, "of_client": nadia, "at": at - MADE}
    tried = issue_token(name="Trying it out", scopes=["tickets:read"], **theirs).token
    end_token(token=tried, by=nadia.user, of_client=nadia, at=at - ENDED)
    live = issue_token(
        name="Dashboard, live",
        scopes=["standing:read", "tickets:read", "notices:read"],
        expires_at=at + HOLDS,
        **theirs,
    ).token
    note_used(live, at=at - USED)
    ours = issue_token(
        person=None,
        name="Provider's dashboard",
        scopes=["standing:read"],
        by=stage.people["admin"],
        at=at - MADE,
    ).token
    note_used(ours, at=at - USED)
