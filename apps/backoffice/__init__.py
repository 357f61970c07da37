"""The admin as a whole: navigation, home page, roles, demo data."""
