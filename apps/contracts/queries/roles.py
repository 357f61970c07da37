"""Which groups a person is in."""

from apps.contracts.models import User

# Where a page has read all that a person may do, their groups came along.
KEPT = "_group_names"


def is_in(user: User, group: str) -> bool:
    """Tell whether a person is in the group of that name.

    Clause: none (form).
    """
    kept = getattr(user, KEPT, None)
    return group in kept if kept is not None else user.groups.filter(name=group).exists()
