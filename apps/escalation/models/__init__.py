"""Who hears of it, as rows: escalations, on-call and pages, Reasons for Outage."""
