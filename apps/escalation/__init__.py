"""Who hears of it: contractual escalations, on-call and pages, Reasons for Outage."""
