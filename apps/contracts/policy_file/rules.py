"""The rules of a policy file: each a table of its own under [rules]."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from apps.contracts.policy_file.parts import Cited, Hours, Key, Money, Part, Text

Percent = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Days = Annotated[int, Field(ge=0, le=3650)]
ClockStop = Literal["waiting_on_client", "suspension"]


class RulePart(Cited):
    """A rule. ``also`` names the other clauses and readings that its settings come from."""

    also: list[Text] = []


def _true(value: bool) -> bool:
    """Take only what the product keeps: a promise to strangers would load and not be kept."""
    if not value:
        raise ValueError("must be true: only authorised users may open tickets")
    return value


class Response(RulePart):
    """What counts as a response, and what stops its clock."""

    counts: Annotated[list[Literal["public_reply", "logged_call"]], Field(min_length=1)]
    stops_for: list[ClockStop]


class Resolution(RulePart):
    """What stops the resolution clock, and what ends it."""

    stops_for: list[ClockStop]
    ends_with: Literal["solution"]


class SeverityChange(RulePart):
    counts_from: Literal["registration"]


class Entitlement(RulePart):
    """Who may open a ticket.

    `order_clause` is cited where there is no executed order, `term_clause` where its term has not
    begun or is over; unstated, `clause` is. A term's days are days in the policy's time zone.
    """

    authorised_users_only: Annotated[bool, AfterValidator(_true)]
    order_clause: Text | None = None
    term_clause: Text | None = None


class ClientReply(RulePart):
    as_long_as: Literal["response"]
    on_miss: Literal["propose", "lower"]
    reason: Key


class ClosureConfirmation(RulePart):
    within: Hours
    calendar: Key
    on_silence: Literal["close"]


class Step(Part):
    severities: Annotated[list[Key], Field(min_length=1)]
    to: Key
    after: Hours


class StepDown(RulePart):
    """After the fix: each step lowers the severity; then the ticket closes by itself.

    ``reason`` is the severity change reason that the steps carry; None: they carry none.
    """

    steps: Annotated[list[Step], Field(min_length=1)]
    close_after: Hours
    calendar: Key
    reason: Key | None = None


class OutageReport(Part):
    severity: Key
    within: Hours


class ReasonForOutage(RulePart):
    owed: Annotated[list[OutageReport], Field(min_length=1)]
    calendar: Key
    remind_at_percent: list[Percent] = []
    preliminary_keeps: bool


class OrderOfWork(RulePart):
    first: list[Key]
    first_by: Literal["resolution_deadline"]
    rest_by: Literal["registration"]


class AccountManager(RulePart):
    notice_days: Days
    warn_at_percent: list[Percent]
    month_zone: Literal["order"]
    at_limit: Literal["redirect"]
    reachable: dict[Key, Literal["order_calendar", "always"]]


class OffHours(RulePart):
    calendar: Key
    served: list[Key]
    others: Literal["booked_ahead"]


class Installs(RulePart):
    notice_business_days: Days
    calendar: Key
    fee: Key
    disconnection_is_outage: bool


class FaultReview(RulePart):
    severities: Annotated[list[Key], Field(min_length=1)]
    outside_calendar: Key
    fee: Key
    bill_before_finding: bool


class Rung(Part):
    """A step of the ladder: it begins on day ``from_days``, or the day after ``more_than_days``.

    ``standing`` says what it suspends: support, or support and dashboard. A file states exactly one
    of the two comparisons.
    """

    from_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    more_than_days: Annotated[int, Field(ge=0, le=3649)] | None = None
    standing: Literal["SUPPORT_SUSPENDED", "DASHBOARD_SUSPENDED"]
    clause: Text

    @property
    def first_day(self) -> int | None:
        """The first day overdue on which it holds; None: the file does not say, or says two."""
        if (self.from_days is None) == (self.more_than_days is None):
            return None
        return self.from_days if self.more_than_days is None else self.more_than_days + 1


class Delinquency(RulePart):
    """When an account is overdue so much that something is suspended, and what ends it.

    ``disputed_from``: an amount is disputed once that is raised, or once finance took it to be bona
    fide. ``ignore_below``: less than that overdue, in the account's currency, suspends nothing.
    """

    zone: Literal["policy"]
    rungs: Annotated[list[Rung], Field(min_length=1)]
    disputed_counts: bool
    disputed_from: Literal["raised", "bona_fide"] = "raised"
    released_by: Literal["nothing_overdue", "below_rung"] = "nothing_overdue"
    ignore_below: Money | None = None
    effect: Literal["automatic", "proposed"]
    notice_days_before: list[Days] = []
    stops_clocks: bool


class EscalationRung(Part):
    title: Text
    email: Text
    phone: Text


class Escalation(RulePart):
    """The path of escalation. An empty path: each order has its own matrix.

    ``on_untrue``: what becomes of a ground that the ticket itself shows to be untrue.
    """

    path: list[EscalationRung]
    climb_after: Hours | None = None
    needs: list[Literal["ticket", "ground"]] = []
    on_untrue: Literal["go_on", "refuse"] = "go_on"


class Maintenance(RulePart):
    audience: Literal["affected_accounts"]
    notice_days: Days = 0


class CodeChange(RulePart):
    """A fault at the platform's vendor: the ticket carries the vendor's case."""

    fixed_resolution: bool


class PhoneRedirect(RulePart):
    to: list[Literal["ticket", "email"]]


class OnCall(RulePart):
    """What follows a voice message outside of the standard hours.

    ``chase_after_minutes``: so long after it the caller hears again that a ticket is missing; with
    the last of them whoever has the page in hand hears of it too.
    """

    ticket_must_follow: bool
    chase_after_minutes: list[Minutes] = []


class ThirdParties(RulePart):
    clocks_run_on: bool


class MailAuthentication(RulePart):
    """What is done with a mail of an authorised user that failed SPF, DKIM or DMARC.

    Unstated: it is taken as any other.
    """

    on_fail: Literal["refuse", "hold", "accept"]


class Language(RulePart):
    """The language of service, as a language tag; carried by every mail. Unstated: en."""

    tag: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", max_length=12)]


class Rules(Part):
    """The rules that a policy may have. The first four are owed by every policy."""

    entitlement: Entitlement
    response: Response
    resolution: Resolution
    severity_change: SeverityChange
    language: Language | None = None
    client_reply: ClientReply | None = None
    closure_confirmation: ClosureConfirmation | None = None
    step_down: StepDown | None = None
    reason_for_outage: ReasonForOutage | None = None
    order_of_work: OrderOfWork | None = None
    account_manager: AccountManager | None = None
    off_hours: OffHours | None = None
    installs: Installs | None = None
    fault_review: FaultReview | None = None
    delinquency: Delinquency | None = None
    escalation: Escalation | None = None
    maintenance: Maintenance | None = None
    code_change: CodeChange | None = None
    phone_redirect: PhoneRedirect | None = None
    on_call: OnCall | None = None
    third_parties: ThirdParties | None = None
    mail_authentication: MailAuthentication | None = None

    def stated(self) -> dict[str, Cited]:
        """Return name -> rule, of the rules that this policy has."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: rule for name, rule in named.items() if rule is not None}
