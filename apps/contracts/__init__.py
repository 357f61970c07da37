"""Who is owed what: policies, calendars, plans, accounts, orders, users."""
