"""What a person may do, read once a page."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, Value

from apps.contracts.models import User
from apps.contracts.queries.roles import KEPT

GROUP = ""  # in the place of an app's label: no app has this one


class ReadAtOnce(ModelBackend):
    """The permissions of a person, their groups and those of the groups, in one query.

    It only reads: nobody signs in by it.
    """

    def authenticate(self, *args: Any, **credentials: Any) -> None:
        """Leave it to the next backend, which works a password out once.

        Clause: none (form).
        """

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the names of all that they may do; of a single row nobody is asked.

        Clause: none (form).
        """
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = self._read(user_obj)
        found: set[str] = user_obj._perm_cache
        return found

    def _read(self, user: User) -> set[str]:
        granted = Permission.objects.order_by()
        if user.is_superuser:
            rows = granted.values_list("content_type__app_label", "codename")
            return {f"{app}.{codename}" for app, codename in rows}
        theirs = granted.filter(Q(user=user) | Q(group__user=user))
        groups = Group.objects.filter(user=user).order_by()
        found = theirs.values_list("content_type__app_label", "codename").union(
            groups.values_list(Value(GROUP), "name")
        )
        read = set(found)
        setattr(user, KEPT, {name for kind, name in read if kind == GROUP})
        return {f"{app}.{codename}" for app, codename in read if app != GROUP}
