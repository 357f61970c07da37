"""What a person may do, read once a page."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q

from apps.contracts.models import User


class ReadAtOnce(ModelBackend):
    """The permissions of a person and of the groups they are in, in one query instead of two."""

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
        if not user.is_superuser:
            granted = granted.filter(Q(user=user) | Q(group__user=user)).distinct()
        rows = granted.values_list("content_type__app_label", "codename")
        return {f"{app}.{codename}" for app, codename in rows}
