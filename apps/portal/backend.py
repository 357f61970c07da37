"""Who signs in by an address or a name: the password is worked out once, whoever it is."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.http import HttpRequest

from apps.contracts.models import User


class OneCheck(AuthenticationBackend):
    """Signing in with a password.

    The library looks by address, then by name, and works the password out each time that it finds
    somebody; whoever measures how long it takes learns who has a login here. So each person is
    checked once, and where there is nobody, the password is worked out for nothing.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the person with the password; None: the base class makes up for the time."""
        said = {credentials.get("email") or "", credentials.get("username") or ""} - {""}
        for person in {each.pk: each for login in sorted(said) for each in _called(login)}.values():
            if self._check_password(person, credentials["password"]):
                return person
        return None


def _called(login: str) -> list[User]:
    by_name = get_user_by_username(login)
    by_address = filter_users_by_email(login, prefer_verified=True, for_login=True)
    return [*by_address, *([by_name] if by_name else [])]
