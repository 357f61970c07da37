"""The lists that can be imported and exported: their columns, and what identifies a row.

Nothing is identified by a row number of the database: a list means the same in another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from import_export import resources

from apps.contracts.models import Account, AuthorisedUser, Calendar, Order, Plan, Service
from apps.contracts.sheets.alike import INVISIBLE, too_alike, turns_text
from apps.contracts.sheets.cells import (
    ChoiceCell,
    Column,
    DateCell,
    ListColumn,
    MoneyCell,
    TextCell,
    WholeCell,
    YesNoCell,
)
from apps.contracts.sheets.known import Known, by_version, column, named, published
from apps.contracts.sheets.named import (
    AccountCell,
    CalendarCell,
    OrderCell,
    PlanCell,
    PolicyCell,
    ServicesCell,
    VersionCell,
)
from apps.contracts.sheets.sheet import Problem, Row


class SheetResource(resources.ModelResource):
    """What the lists have in common."""

    key: ClassVar[tuple[str, ...]]  # the columns that identify a row
    related: ClassVar[tuple[str, ...]] = ()
    lists: ClassVar[tuple[str, ...]] = ()
    empty_means: ClassVar[str] = ""  # said once, below the columns of the upload's page
    leaves_out: ClassVar[str] = ""  # what of a row is entered elsewhere; said before and after

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Return the columns by their names, in the order of an export."""
        every = cls.fields
        return {every[name].column_name: every[name] for name in cls._meta.fields}

    @classmethod
    def required_columns(cls) -> list[str]:
        return [name for name, each in cls.columns().items() if each.required]

    def key_of(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """Return what identifies the row."""
        return tuple(cells[name] for name in self.key)

    def known(self, rows: Sequence[Row], *, locked: bool) -> Known:
        """Return the rows of the database that these name."""
        raise NotImplementedError

    def clashes(self, rows: Sequence[Row], known: Known) -> Iterator[Problem]:
        """Yield what is wrong with new rows beside others, however different their keys."""
        yield from ()

    @classmethod
    def model_fields(cls) -> list[str]:
        """Return the model's fields that a sheet sets; also keys, as addresses vary in case."""
        every = cls.columns().values()
        return sorted({each.field_name for each in every if not each.only_looked_up})

    def filter_export(self, queryset: QuerySet, **given: Any) -> QuerySet:
        found = queryset.select_related(*self.related) if self.related else queryset
        return found.prefetch_related(*self.lists)

    def shown(self, instance: Model) -> dict[str, str]:
        """Return the row as an export would show it."""
        return {name: each.export(instance) for name, each in self.columns().items()}


class AccountSheet(SheetResource):
    """Accounts, by their name."""

    key = ("name",)
    name = Column("name", TextCell(), says="the account's name")

    class Meta:
        model = Account
        fields = ("name",)

    def known(self, rows: Sequence[Row], *, locked: bool) -> Known:
        there = named(Account.objects.all(), "name", column(rows, "name"), locked=locked)
        return Known(there={(account.name,): account for account in there})

    def clashes(self, rows: Sequence[Row], known: Known) -> Iterator[Problem]:
        new = [row for row in rows if self.key_of(row.cells) not in known.there]
        for row in new:
            if turns_text(row.cells["name"]):
                yield Problem(row.number, "name", f"This name {INVISIBLE}")
        if new:
            yield from too_alike(new, column="name", among=Account.objects.all())


class OrderSheet(SheetResource):
    """Orders, by their number."""

    key = ("number",)
    related = ("account", "version__policy", "plan", "tam_calendar")
    lists = ("services",)
    empty_means = (
        "An empty cell means the same as in an export: no last day, all services, no fee, "
        "the policy's time zone, the plan's TAM. An export always says yes or no of the second "
        "factor: empty, it stays as it is, and a new order asks for none."
    )
    leaves_out = (
        "Agreed targets and escalation rungs are not in this list, neither in an export nor in an "
        "import: enter those of each order on its own page."
    )
    account = Column("account", AccountCell(), says="name of an account that is there")
    number = Column("number", TextCell(), says="the order's number")
    policy = Column(
        "version__policy__slug", PolicyCell(), column="policy", only_looked_up=True, says="its slug"
    )
    version = Column("version", VersionCell(), says="number of a published version")
    plan = Column("plan", PlanCell(), says="key of a plan of that version")
    state = Column("state", ChoiceCell(Order.State.choices), says="DRAFT, EXECUTED …")
    starts_on = Column("starts_on", DateCell(), says="first day, as 2026-12-31")
    ends_on = Column(
        "ends_on", DateCell(), required=False, empty=None, says="last day; empty: until ended"
    )
    services = ListColumn(
        "services",
        ServicesCell(),
        required=False,
        empty=[],
        says="keys or titles, such as trunks; voicemail; empty: all are covered",
    )
    fee_amount = Column(
        "fee_amount", MoneyCell(), required=False, empty=None, says="as 1250.00; empty: none"
    )
    fee_period = Column(
        "fee_period",
        ChoiceCell(Order.Period.choices),
        required=False,
        empty="",
        says="MONTH, QUARTER or YEAR; empty where there is no fee",
    )
    time_zone = Column(
        "time_zone",
        TextCell(),
        required=False,
        empty="",
        says="as Europe/Berlin; empty: the policy's",
    )
    tam_minutes_per_month = Column(
        "tam_minutes_per_month",
        WholeCell(),
        required=False,
        empty=None,
        says="minutes; empty: the plan's",
    )
    tam_calendar = Column(
        "tam_calendar",
        CalendarCell(),
        required=False,
        empty=None,
        says="key of a calendar of that version; empty: the plan's",
    )
    needs_second_factor = Column(
        "needs_second_factor",
        YesNoCell(),
        required=False,
        says="yes or no: whether its people need a second factor in the portal",
    )

    class Meta:
        model = Order
        fields = (
            "account",
            "number",
            "policy",
            "version",
            "plan",
            "state",
            "starts_on",
            "ends_on",
            "services",
            "fee_amount",
            "fee_period",
            "time_zone",
            "tam_minutes_per_month",
            "tam_calendar",
            "needs_second_factor",
        )

    def known(self, rows: Sequence[Row], *, locked: bool) -> Known:
        orders = Order.objects.select_related(*self.related).defer("version__source")
        orders = orders.prefetch_related(*self.lists)
        there: dict[tuple[str, ...], Order] = {
            (order.number,): order
            for order in named(orders, "number", column(rows, "number"), locked=locked)
        }
        accounts = named(Account.objects.all(), "name", column(rows, "account"), locked=locked)
        versions = published(and_of=there.values())
        return Known(
            there=dict(there),
            accounts={account.name: account for account in accounts},
            versions=versions,
            plans=by_version(Plan.objects.prefetch_related("targets"), versions.values()),
            calendars=by_version(Calendar.objects.all(), versions.values()),
            services=list(Service.objects.order_by("key")),
        )

    def clashes(self, rows: Sequence[Row], known: Known) -> Iterator[Problem]:
        new = [row for row in rows if self.key_of(row.cells) not in known.there]
        return too_alike(new, column="number", among=Order.objects.all()) if new else iter(())


def _right(name: str) -> Column:
    return Column(name, YesNoCell(), required=False, says="yes or no")


RIGHTS = (
    "may_open",
    "may_escalate",
    "may_confirm_closure",
    "may_see_invoices",
    "may_manage_users",
    "sees_all_tickets",
)


class AuthorisedUserSheet(SheetResource):
    """The people of orders, by the order's number and their address, however it is written."""

    key = ("order", "email")
    related = ("order",)
    empty_means = (
        "An empty cell of a right says nothing: it leaves a person's right as it is, and gives a "
        "new person the usual one (may open, escalate and confirm, and sees all tickets; nothing "
        "else)."
    )
    order = Column("order", OrderCell(), says="number of an order that is there")
    name = Column("name", TextCell(), says="the person's name")
    email = Column("email", TextCell(), says="the address they write from")
    is_active = Column("is_active", YesNoCell(), says="yes or no")
    may_open = _right("may_open")
    may_escalate = _right("may_escalate")
    may_confirm_closure = _right("may_confirm_closure")
    may_see_invoices = _right("may_see_invoices")
    may_manage_users = _right("may_manage_users")
    sees_all_tickets = _right("sees_all_tickets")

    class Meta:
        model = AuthorisedUser
        fields = ("order", "name", "email", "is_active", *RIGHTS)

    def key_of(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        return cells["order"], cells["email"].lower()

    def known(self, rows: Sequence[Row], *, locked: bool) -> Known:
        numbers = column(rows, "order")
        orders = {
            order.number: order
            for order in named(Order.objects.all(), "number", numbers, locked=locked)
        }
        people = AuthorisedUser.objects.select_related("order")
        there = {
            (user.order.number, user.email.lower()): user
            for user in named(people, "order__number", numbers, locked=locked)
        }
        return Known(there=dict(there), orders=orders)
