"""What the portal reads of outages: an account's own share of an incident, and of its reports."""
