"""How the mails on disputed amounts read. Each is made of facts, at the moment it is sent.

Every mail is in the language of service (V-3.7) and names the invoice; answers go to who bills.
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.billing.models import BillingDispute
from apps.billing.services import dispute_notices as topics
from apps.contracts.models import Order
from apps.outbox.rendering import Email, Withdrawn, renders

State = BillingDispute.State
OVER = [State.UPHELD, State.PARTLY, State.REJECTED, State.WITHDRAWN]


@renders(topics.RAISED)
def disputed(payload: dict[str, Any]) -> Email:
    """Tell the client that the dispute is taken down, and what it means meanwhile.

    Clause: S-12, R-5, V-3.7.
    """
    return _mail(_found(payload), "Dispute taken down", "mail/amount_disputed.txt")


@renders(topics.BONA_FIDE)
def bona_fide(payload: dict[str, Any]) -> Email:
    """Tell the client that it is looked into.

    Clause: S-12, V-3.7.

    :raises Withdrawn: it is decided by now, which says more.
    """
    dispute = _found(payload)
    if dispute.state != State.BONA_FIDE:
        raise Withdrawn("The dispute is decided by now.")
    return _mail(dispute, "Dispute being looked into", "mail/amount_bona_fide.txt")


@renders(topics.DECIDED)
def decided(payload: dict[str, Any]) -> Email:
    """Tell the client what was decided, why, and what follows.

    Clause: S-12, R-5, V-3.7.
    """
    dispute = _found(payload)
    return _mail(
        dispute, f"Dispute {dispute.get_state_display().lower()}", "mail/amount_decided.txt"
    )


@renders(topics.TO_DECIDE, is_notice=True)
def to_decide(payload: dict[str, Any]) -> Email:
    """Tell one of finance that a client disputes an amount, and that somebody has to decide.

    Clause: S-12.

    :raises Withdrawn: it was decided meanwhile.
    """
    dispute = _found(payload)
    if dispute.state in OVER:
        raise Withdrawn("The dispute was decided meanwhile.")
    page = reverse("admin:billing_billingdispute_change", args=[dispute.pk])
    facts = {"url": f"{settings.BASE_URL}{page}"}
    return _mail(dispute, "Amount disputed", "mail/amount_to_decide.txt", facts)


def _found(payload: dict[str, Any]) -> BillingDispute:
    rows = BillingDispute.objects.select_related(
        *("line", "document__series__seller", "account", "raised_by", "recorded_by"),
        "credit_note",
    )
    return rows.get(pk=payload["dispute_id"])


def _mail(
    dispute: BillingDispute, what: str, template: str, facts: dict[str, Any] | None = None
) -> Email:
    orders = Order.objects.filter(account=dispute.account_id).order_by("-starts_on", "-pk")
    language = orders.values_list("version__language", flat=True).first()
    context = {"dispute": dispute, "document": dispute.document, **(facts or {})}
    return Email(
        subject=f"{what}: {dispute.document}",
        text=render_to_string(template, context).strip() + "\n",
        reply_to=(dispute.document.series.seller.email,),
        language=language or "en",
    )
