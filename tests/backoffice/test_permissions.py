"""What a person may do: theirs and their groups', in one query."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from apps.contracts.models import User
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def someone(*granted: str, by_group: tuple[str, ...] = ()) -> User:
    person = make_staff()
    person.user_permissions.add(*(permission(name) for name in granted))
    group = Group.objects.create(name="A group of one")
    group.permissions.add(*(permission(name) for name in by_group))
    person.groups.add(group)
    return User.objects.get(pk=person.pk)


def test_permissions_are_a_persons_and_their_groups_in_one_query(django_assert_num_queries):
    both = ("tickets.view_ticket", "tickets.add_ticket")
    person = someone(*both, by_group=(both[0], "outbox.view_message"))
    someone_else = make_staff()

    with django_assert_num_queries(1):
        assert person.get_all_permissions() == {*both, "outbox.view_message"}
        assert person.has_perm("tickets.change_ticket") is False
        assert person.has_module_perms("outbox") is True
    assert User.objects.get(pk=someone_else.pk).get_all_permissions() == set()


def test_who_left_may_nothing_nor_may_a_stranger_and_an_administrator_may_all():
    person = someone("tickets.view_ticket")
    person.is_active = False
    chief = make_staff(is_superuser=True)

    assert (person.get_all_permissions(), AnonymousUser().get_all_permissions()) == (set(), set())
    assert chief.has_perm("tickets.view_ticket")
    assert len(chief.get_all_permissions()) == Permission.objects.count()


def test_of_a_single_row_nobody_is_asked():
    person = someone("tickets.view_ticket")

    assert person.has_perm("tickets.view_ticket", obj=person) is False
