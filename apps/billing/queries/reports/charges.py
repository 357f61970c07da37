"""Reports on what is not invoiced: charges held for something, and charges waived."""

from apps.billing.models import RatedEvent
from apps.billing.queries.reports.documents import KINDS
from apps.billing.queries.reports.shape import Column, Kind, Report

HELD = Report(
    key="held",
    title="Held charges",
    about="Work and plans of the period that are not charged yet, and what they wait for.",
    icon="pause_circle",
    columns=(
        Column("rated_at", Kind.INSTANT, "e.rated_at", "Held since"),
        Column("account", Kind.TEXT, "a.name"),
        Column("ticket", Kind.WHOLE, "e.ticket_id"),
        Column("title", Kind.TEXT, "e.title"),
        Column("kind", Kind.CODE, "e.kind", labels=KINDS),
        Column(
            "held_for",
            Kind.CODE,
            "e.held_for",
            "Waits for",
            labels=dict(RatedEvent.HeldFor.choices),
        ),
        Column("clause", Kind.TEXT, "e.clause"),
        Column("starts_on", Kind.DATE, "e.starts_on", "From"),
        Column("ends_on", Kind.DATE, "e.ends_on", "To"),
        Column("minutes", Kind.WHOLE, "e.minutes"),
        Column("currency", Kind.CODE, "e.currency"),
        Column("worth_amount", Kind.MONEY, "e.worth_amount", "Worth", summed=True),
    ),
    source="""billing_ratedevent e JOIN contracts_account a ON a.id = e.account_id
        WHERE e.held_for <> '' AND e.ends_on BETWEEN %(since)s AND %(until)s
        [[account e.account_id]] [[currency e.currency]]""",
    order="e.rated_at, e.id",
)
WHO = "COALESCE(NULLIF(TRIM({0}.first_name || ' ' || {0}.last_name), ''), {0}.username)"
WAIVED = Report(
    key="waived",
    title="Waived charges",
    about="What a client was let off in the period, why, and who approved it.",
    icon="money_off",
    columns=(
        Column("waived_at", Kind.INSTANT, "w.at", "Waived"),
        Column("account", Kind.TEXT, "a.name"),
        Column("ticket", Kind.WHOLE, "e.ticket_id"),
        Column("title", Kind.TEXT, "e.title"),
        Column("incurred_on", Kind.DATE, "c.incurred_on", "Incurred"),
        Column("currency", Kind.CODE, "c.currency"),
        Column("charged_amount", Kind.MONEY, "c.amount", "Charged"),
        Column("waived_amount", Kind.MONEY, "w.amount", "Waived", summed=True),
        Column("reason", Kind.TEXT, "w.reason"),
        Column("asked_by", Kind.TEXT, WHO.format("u")),
        Column("approved_by", Kind.TEXT, WHO.format("v")),
    ),
    source="""billing_waiver w
        JOIN billing_charge c ON c.id = w.charge_id
        JOIN billing_ratedevent e ON e.id = c.event_id
        JOIN contracts_account a ON a.id = c.account_id
        JOIN contracts_user u ON u.id = w.asked_by_id
        JOIN contracts_user v ON v.id = w.approved_by_id
        LEFT JOIN billing_billingprofile b ON b.account_id = c.account_id
        LEFT JOIN billing_series n ON n.id = b.series_id
        LEFT JOIN billing_seller z ON z.id = n.seller_id
        WHERE w.at >= %(since_at)s AND w.at < %(until_at)s
        AND [[day w.at COALESCE(z.time_zone, 'UTC')]] BETWEEN %(since)s AND %(until)s
        [[account c.account_id]] [[currency c.currency]]""",
    order="w.at, w.id",
)
