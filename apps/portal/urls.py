"""Addresses of the portal. What each needs is said at its view."""

from django.urls import path

from apps.portal.views import (
    account,
    amount_disputes,
    costs,
    documents,
    home,
    notices,
    notifications,
    outages,
    people,
    seats,
    services,
    standing,
    tokens,
    webhooks,
)
from apps.portal.views.appointments import book, change
from apps.portal.views.appointments import listing as appointments
from apps.portal.views.tickets import acts, listing, new, ticket

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("at/", seats.switch, name="switch"),
    path("account/", account.account, name="account"),
    # Tickets.
    path("tickets/", listing.tickets, name="tickets"),
    path("tickets/new/", new.ticket_new, name="ticket_new"),
    path("tickets/files/<int:file>/", ticket.ticket_file, name="ticket_file"),
    path("tickets/<int:ticket>/", ticket.ticket, name="ticket"),
    path("tickets/<int:ticket>/live/", ticket.ticket_live, name="ticket_live"),
    path("tickets/<int:ticket>/reply/", ticket.ticket_reply, name="ticket_reply"),
    path("tickets/<int:ticket>/settle/", acts.ticket_settle, name="ticket_settle"),
    path("tickets/<int:ticket>/dispute/", acts.ticket_dispute, name="ticket_dispute"),
    path("tickets/<int:ticket>/escalate/", acts.ticket_escalate, name="ticket_escalate"),
    # Outages. A report is named by the copy that the account was sent.
    path("incidents/", outages.incidents, name="incidents"),
    path("incidents/<int:incident>/", outages.incident, name="incident"),
    path("incidents/<int:incident>/live/", outages.incident_live, name="incident_live"),
    path("reports/", outages.reports, name="reports"),
    path("reports/<int:report>/", outages.report, name="report"),
    path("reports/<int:report>/pdf/", outages.report_pdf, name="report_pdf"),
    path("notices/", notices.notices, name="notices"),
    path("notices/calendar/", notices.notices_calendar, name="notices_calendar"),
    path("notices/<slug:notice>/", notices.notice, name="notice"),
    # Appointments.
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/new/", book.appointment_new, name="appointment_new"),
    path("appointments/<int:appointment>/", appointments.appointment, name="appointment"),
    path(
        "appointments/<int:appointment>/move/",
        change.appointment_postpone,
        name="appointment_postpone",
    ),
    path(
        "appointments/<int:appointment>/withdraw/",
        change.appointment_withdraw,
        name="appointment_withdraw",
    ),
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
    # People, and the reader themselves.
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:person>/", people.person, name="person"),
    path("people/<int:person>/end/", people.person_end, name="person_end"),
    path("people/<int:person>/invite/", people.person_invite, name="person_invite"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.token_new, name="token_new"),
    path("tokens/<int:token>/end/", tokens.token_end, name="token_end"),
    # Webhooks. An event is named by its message, which knows its endpoint.
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/new/", webhooks.webhook_new, name="webhook_new"),
    path("webhooks/<int:webhook>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:webhook>/secret/", webhooks.webhook_rotate, name="webhook_rotate"),
    path("webhooks/<int:webhook>/test/", webhooks.webhook_test, name="webhook_test"),
    path("webhooks/<int:webhook>/on/", webhooks.webhook_enable, name="webhook_enable"),
    path("webhooks/<int:webhook>/replay/", webhooks.webhook_replay, name="webhook_replay"),
    path("webhooks/<int:webhook>/end/", webhooks.webhook_end, name="webhook_end"),
    path("webhooks/events/<int:event>/", webhooks.webhook_event, name="webhook_event"),
    path(
        "webhooks/events/<int:event>/replay/",
        webhooks.webhook_event_replay,
        name="webhook_event_replay",
    ),
    path("notifications/", notifications.notifications, name="notifications"),
]
