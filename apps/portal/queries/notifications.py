"""Which mails a person can do without, and which they are owed, with the clauses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import Clause, OptOut, Rule, User
from apps.portal.queries.seats import Seat

Kind = OptOut.Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of mail in words. ``rule``: none is sent where no policy has it; "": in all."""

    kind: str
    words: Promise
    help: Promise
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is sent anyway. ``refs``: the clauses, as far as they are of a policy of the reader."""

    words: Promise
    rule: str = ""
    refs: Sequence[str] = ()


CHOICES = [
    Choice(
        Kind.COPIES,
        _("Answers on tickets of colleagues"),
        _("Where we have you in copy."),
    ),
    Choice(
        Kind.COLLEAGUES,
        _("What colleagues do on your tickets"),
        _("That they escalate one, or dispute its severity."),
    ),
    Choice(
        Kind.OUTAGES,
        _("Reasons for Outage"),
        _("On outages of which colleagues have a ticket, and you none."),
        "reason_for_outage",
    ),
    Choice(
        Kind.REPORTS,
        _("Reports on open tickets"),
        _("How all of them stand, sent by your technical account manager."),
        "account_manager",
    ),
    Choice(
        Kind.TAM_HOURS,
        _("Used up hours"),
        _("That your technical account manager has no hours left this month."),
        "account_manager",
    ),
    Choice(
        Kind.RECEIPTS,
        _("Receipts"),
        _("That a request, an appointment or a disputed amount of yours is taken down."),
    ),
    Choice(
        Kind.RELEASES,
        _("New versions"),
        _("What they bring. If one fixes a ticket of yours, we tell you anyway."),
    ),
]
OWED = [
    Owed(_("The number of each ticket of yours, and our answers on it"), refs=["V-8.1.4"]),
    Owed(_("Reasons for Outage on tickets of yours"), "reason_for_outage"),
    Owed(
        _("That your technical account manager changes, before it happens"),
        "account_manager",
        ["V-6.6"],
    ),
    Owed(_("Maintenance that touches what you have, and what becomes of it"), refs=["S-11"]),
    Owed(
        _("That something is suspended, before and when it happens, and when it ends"),
        "delinquency",
    ),
    Owed(_("Invoices and credit notes, to the address that is billed"), refs=["V-3.4.6"]),
    Owed(_("What becomes of a request, an appointment or a disputed amount of yours")),
    Owed(_("That your sign-in was changed, or what you may do here")),
]


@dataclass(frozen=True, slots=True)
class Mails:
    """What a reader can choose, and what they are owed: each with its clauses."""

    choices: Sequence[Choice]
    owed: Sequence[tuple[Promise, Sequence[str]]]
    unwanted: Collection[str]


def mails_of(user: User, seats: Sequence[Seat]) -> Mails:
    """Return the mails that a person can do without, under all their orders, and the others.

    Clause: V-3.5, V-6.6, V-8.1.4, S-6, S-12.
    """
    versions = {order.version_id for seat in seats for order in seat.orders}
    rows = Rule.objects.filter(version__in=versions, key__in=[each.rule for each in OWED])
    rules: dict[str, list[str]] = {}
    for key, ref in rows.order_by("pk").values_list("key", "clause__ref"):
        rules.setdefault(key, []).append(ref)
    named = [ref for each in OWED for ref in each.refs]
    known = Clause.objects.filter(version__in=versions, ref__in=named)
    refs = set(known.values_list("ref", flat=True))
    return Mails(
        [each for each in CHOICES if not each.rule or each.rule in rules],
        [
            (each.words, _refs(each, refs, rules))
            for each in OWED
            if not each.rule or each.rule in rules
        ],
        set(OptOut.objects.filter(user=user).values_list("kind", flat=True)),
    )


def _refs(each: Owed, known: Collection[str], rules: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the clauses that are named; where no policy has them, those of the rule."""
    named = [ref for ref in each.refs if ref in known]
    return named or [ref for ref in dict.fromkeys(rules.get(each.rule, [])) if ref]
