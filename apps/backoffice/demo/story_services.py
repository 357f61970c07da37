"""What clients ask of their services: one done, one declined, one that waits for somebody."""

from datetime import datetime, timedelta

from apps.backoffice.demo.acts import Stage
from apps.contracts.models import AuthorisedUser, Service, ServiceRequest
from apps.contracts.services import ask_service, settle_service

Kind, State = ServiceRequest.Kind, ServiceRequest.State
WHO = "rosa@copperfield.example.com"
# Days ago, what is wanted, of which service ("": another one), why; what became of it.
ASKED: tuple[tuple[int, str, str, str, str, str], ...] = (
    (
        *(16, Kind.CHANGE, "sip-trunks", "Twenty more channels on the trunk in Newark."),
        *(State.DONE, "The channels are there since this morning."),
    ),
    (
        *(6, Kind.REMOVE, "", "The test account of last spring."),
        *(State.DECLINED, "Two numbers are still on it. Tell us first where they go."),
    ),
    (1, Kind.ADD, "messaging", "For the ten numbers of our sales team.", State.ASKED, ""),
)


def ask_for_services(stage: Stage, at: datetime) -> None:
    """Let one client ask, and staff decide a day later."""
    requester = AuthorisedUser.objects.select_related("order").get(email=WHO)
    for days, kind, service, details, state, answer in ASKED:
        asked_at = at - timedelta(days=days)
        request = ask_service(
            requester=requester,
            kind=kind,
            service=Service.objects.filter(key=service).first(),
            details=details,
            source_key=stage.key(),
            at=asked_at,
        )
        if state != State.ASKED:
            settle_service(
                request=request,
                state=state,
                answer=answer,
                by=stage.people["agent"],
                at=asked_at + timedelta(days=1),
            )
