"""What of the sidebar leads to money: owed, suspended for it, in the books, and how we bill."""

from apps.backoffice.link import Link

MONEY = [
    (
        "Money",
        [
            Link("Money at a glance", "monitoring", "billing_overview", "billing.view_document"),
            Link(
                "Invoices", "receipt_long", "billing_document_changelist", "billing.view_document"
            ),
            Link(
                "Invoice runs",
                "play_circle",
                "billing_invoicerun_changelist",
                "billing.view_invoicerun",
            ),
            Link("Charges", "sell", "billing_charge_changelist", "billing.view_charge"),
            Link(
                "Held",
                "pause_circle",
                "billing_ratedevent_changelist",
                "billing.view_ratedevent",
                "?held=any",
            ),
            Link(
                "Waivers",
                "money_off",
                "billing_waiverrequest_changelist",
                "billing.view_waiverrequest",
                "?state__exact=ASKED",
            ),
            Link("Payments", "payments", "billing_payment_changelist", "billing.view_payment"),
            Link(
                "Payment files",
                "upload_file",
                "billing_paymentimport_changelist",
                "billing.view_paymentimport",
            ),
            Link(
                "Rows to look at",
                "rule_folder",
                "billing_paymentimportrow_changelist",
                "billing.view_paymentimportrow",
                "?look=person",
            ),
            Link(
                "Disputed amounts",
                "contract_delete",
                "billing_billingdispute_changelist",
                "billing.view_billingdispute",
                "?look=open",
            ),
            Link(
                "Open items",
                "account_balance",
                "billing_openitem_changelist",
                "billing.view_openitem",
            ),
        ],
    ),
    (
        "Standing",
        [
            Link(
                "Standings ahead",
                "event_upcoming",
                "billing_standing_ahead",
                "billing.view_openitem",
            ),
            Link(
                "Standings changed",
                "published_with_changes",
                "billing_standingreview_changelist",
                "billing.view_openitem",
            ),
            Link(
                "Proposed suspensions",
                "fact_check",
                "billing_standingproposal_changelist",
                "billing.view_openitem",
                "?look=open",
            ),
            Link(
                "Exemptions",
                "handshake",
                "billing_exemption_changelist",
                "billing.view_openitem",
            ),
        ],
    ),
    (
        "Books",
        [
            Link(
                "Trial balance",
                "calculate",
                "billing_ledgeraccount_trial",
                "billing.view_ledgeraccount",
            ),
            Link(
                "Ledger",
                "menu_book",
                "billing_ledgeraccount_changelist",
                "billing.view_ledgeraccount",
            ),
            Link("Postings", "swap_horiz", "billing_posting_changelist", "billing.view_posting"),
            Link("Month end", "event_available", "billing_month_end", "billing.view_closedmonth"),
            Link("Finance reports", "summarize", "billing_reports", "billing.view_document"),
            Link(
                "Exports",
                "archive",
                "billing_exportbatch_changelist",
                "billing.view_exportbatch",
            ),
        ],
    ),
    (
        "Billing set-up",
        [
            Link(
                "Billing profiles",
                "contact_mail",
                "billing_billingprofile_changelist",
                "billing.view_billingprofile",
            ),
            Link("Sellers", "store", "billing_seller_changelist", "billing.view_seller"),
            Link("Series", "tag", "billing_series_changelist", "billing.view_series"),
            Link("Taxes", "percent", "billing_taxcategory_changelist", "billing.view_taxcategory"),
            Link(
                "Accounting programs",
                "sync_alt",
                "billing_exportprofile_changelist",
                "billing.view_exportprofile",
            ),
        ],
    ),
]
