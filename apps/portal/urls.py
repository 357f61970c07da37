"""Addresses of the portal. What each needs is said at its view."""

from django.urls import path

from apps.portal.views import amount_disputes, costs, documents, home, seats, services, standing

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("at/", seats.switch, name="switch"),
    # Money. The number of a document may hold a slash.
    path("invoices/", documents.invoices, name="invoices"),
    path("invoices/<path:reference>/pdf/", documents.invoice_pdf, name="invoice_pdf"),
    path("invoices/<path:reference>/", documents.invoice, name="invoice"),
    path("charges/", costs.charges, name="charges"),
    path("payments/", costs.payments, name="payments"),
    path("statement/", costs.statement, name="statement"),
    path("statement/pdf/", costs.statement_file, name="statement_pdf"),
    path("amounts/", amount_disputes.amount_disputes, name="amount_disputes"),
    path("amounts/<int:dispute>/", amount_disputes.amount_dispute, name="amount_dispute"),
    path(
        "amounts/<int:dispute>/withdraw/", amount_disputes.dispute_withdraw, name="dispute_withdraw"
    ),
    path("amounts/of/<int:line>/", amount_disputes.dispute_line, name="dispute_line"),
    path("standing/", standing.standing, name="standing"),
    # Services.
    path("services/", services.services, name="services"),
    path("services/ask/", services.service_ask, name="service_ask"),
]
