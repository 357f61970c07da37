"""What the page of an account shows, read in queries whose number and cost do not grow."""

from apps.backoffice.account_page.page import AccountPage

__all__ = ["AccountPage"]
