"""A trial's data: two providers' policies, invented clients, and some days of their tickets.

Everything is done by the real services, at instants of the past, so that the clocks, misses and
mails are what the product makes of it.
"""

from apps.backoffice.demo.acts import DemoFault
from apps.backoffice.demo.load import Demo, NotEmpty, is_empty, load_demo, logins, seated

__all__ = ["Demo", "DemoFault", "NotEmpty", "is_empty", "load_demo", "logins", "seated"]
