"""Published terms are frozen by the database itself, whoever asks and however."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from apps.contracts import freeze, services
from apps.contracts.models import (
    Calendar,
    CalendarRevision,
    Clause,
    Fee,
    Holiday,
    Policy,
    PolicyVersion,
    Window,
)
from tests.database import empty, unfrozen

NOON = datetime(2025, 8, 1, 12, tzinfo=UTC)
TEXT = (Path(__file__).parent / "policy_files" / "minimal.toml").read_text()

FROZEN = "published terms are frozen: load a new version"
FROZEN_HOURS = "published hours are frozen: add a new revision of the calendar"

CASCADED = {FROZEN, FROZEN_HOURS}  # whichever table Django's cascade comes to first

# Every model that hangs on a version by its column `version`; one that is added is tested too.
OTHERS = {"Order", "HistoricalOrder", "OrderFee"}
TERMS = [
    model
    for model in apps.get_app_config("contracts").get_models(include_auto_created=True)
    if any(field.name == "version" for field in model._meta.fields)
    and model._meta.object_name not in OTHERS
]
HOURS = [Window, Holiday]
EVENTS = ["insert", "update", "delete"]
RECORDS = ["event_update", "event_delete", "deadline_update", "deadline_delete"]

pytestmark = pytest.mark.django_db


def by_name(model):
    return model._meta.object_name


def load(text=TEXT, at=NOON):
    return services.load_policy(text=text, name="minimal.toml", at=at).version


def published():
    version = load()
    services.publish(version=version, by=None, at=NOON)
    return version


def refusal(action):
    """Return what the database says, without breaking the test's own transaction."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        action()
    return str(refused.value).splitlines()[0]


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def first(model, version):
    owner = "version" if model in TERMS else "revision__calendar__version"
    return model.objects.filter(**{owner: version}).order_by("pk").first()


def copy_of(row):
    """Return an unsaved row with the same values."""
    return type(row)(
        **{
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key
        }
    )


def test_the_terms_are_all_there():
    assert sorted(map(by_name, TERMS)) == [
        "Calendar", "Clause", "Fee", "Plan", "Reason", "Rule", "Severity", "Target",
    ]  # fmt: skip


@pytest.mark.parametrize("model", TERMS, ids=by_name)
def test_a_published_term_cannot_be_added(model):
    row = copy_of(first(model, published()))

    assert refusal(row.save) == FROZEN


@pytest.mark.parametrize("model", TERMS, ids=by_name)
def test_a_published_term_cannot_be_changed_whatever_the_column(model):
    row = first(model, published())
    columns = [field.column for field in model._meta.concrete_fields]
    table = model._meta.db_table

    refusals = {
        refusal(lambda c=column: raw(f"UPDATE {table} SET {c} = {c} WHERE id = %s", row.pk))
        for column in columns
    }

    assert refusals == {FROZEN}
    assert refusal(row.save) == FROZEN
    assert refusal(lambda: model.objects.update(version=row.version)) == FROZEN


@pytest.mark.parametrize("model", TERMS, ids=by_name)
def test_a_published_term_cannot_be_deleted(model):
    row = first(model, published())

    assert refusal(row.delete) in CASCADED
    assert refusal(lambda: model.objects.filter(pk=row.pk)._raw_delete("default")) == FROZEN
    assert refusal(lambda: raw(f"DELETE FROM {model._meta.db_table}")) == FROZEN


@pytest.mark.parametrize("model", TERMS, ids=by_name)
def test_a_term_moves_neither_out_of_a_published_version_nor_into_one(model):
    frozen = published()
    draft = load(TEXT.replace("210.50", "210.60"))
    out, into = first(model, frozen), first(model, draft)
    table = model._meta.db_table
    move = f"UPDATE {table} SET version_id = %s WHERE id = %s"

    assert refusal(lambda: raw(move, draft.pk, out.pk)) == FROZEN
    assert refusal(lambda: raw(move, frozen.pk, into.pk)) == FROZEN


@pytest.mark.parametrize("model", TERMS, ids=by_name)
def test_a_draft_can_be_changed(model):
    row = first(model, load())

    row.save()
    row.delete()

    assert model.objects.filter(pk=row.pk).count() == 0


@pytest.mark.parametrize("field", [field.column for field in PolicyVersion._meta.concrete_fields])
def test_a_published_version_cannot_be_changed_whatever_the_column(field):
    version = published()
    statement = f"UPDATE contracts_policyversion SET {field} = {field} WHERE id = %s"

    assert refusal(lambda: raw(statement, version.pk)) == FROZEN


def test_a_published_version_cannot_be_deleted_or_made_a_draft_again():
    version = published()
    alone = PolicyVersion.objects.filter(pk=version.pk)

    assert refusal(version.delete) in CASCADED
    assert refusal(lambda: alone._raw_delete("default")) == FROZEN
    assert refusal(lambda: alone.update(state="DRAFT", published_at=None)) == FROZEN


@pytest.mark.parametrize("model", HOURS, ids=by_name)
def test_published_hours_cannot_be_added_changed_or_deleted(model):
    row = first(model, published())
    table = model._meta.db_table

    assert refusal(copy_of(row).save) == FROZEN_HOURS
    assert refusal(row.save) == FROZEN_HOURS
    assert refusal(row.delete) == FROZEN_HOURS
    assert refusal(lambda: raw(f"DELETE FROM {table} WHERE id = %s", row.pk)) == FROZEN_HOURS


@pytest.mark.parametrize("model", HOURS, ids=by_name)
def test_hours_move_neither_out_of_a_published_revision_nor_into_one(model):
    version = published()
    row = first(model, version)
    draft = new_revision(row.revision.calendar)
    moved = copy_of(row)
    moved.revision = draft
    moved.save()
    move = f"UPDATE {model._meta.db_table} SET revision_id = %s WHERE id = %s"

    assert refusal(lambda: raw(move, draft.pk, row.pk)) == FROZEN_HOURS
    assert refusal(lambda: raw(move, row.revision_id, moved.pk)) == FROZEN_HOURS


def new_revision(calendar):
    revision = copy_of(calendar.revisions.get(number=1))
    revision.number, revision.published_at = 2, None
    revision.save()
    return revision


def test_a_published_revision_cannot_be_changed_or_deleted():
    revision = CalendarRevision.objects.filter(calendar__version=published()).first()
    update = "UPDATE contracts_calendarrevision SET published_at = NULL WHERE id = %s"

    assert refusal(revision.save) == FROZEN_HOURS
    assert refusal(lambda: raw(update, revision.pk)) == FROZEN_HOURS
    assert refusal(
        lambda: CalendarRevision.objects.filter(pk=revision.pk)._raw_delete("default")
    ) == (FROZEN_HOURS)


def test_a_published_calendar_takes_a_new_revision_which_then_freezes_too():
    revision = new_revision(Calendar.objects.get(version=published(), key="desk"))
    window = Window.objects.create(revision=revision, weekday=6, opens="09:00", closes="10:00")
    window.closes = "11:00"
    window.save()

    CalendarRevision.objects.filter(pk=revision.pk).update(published_at=NOON)

    assert refusal(window.delete) == FROZEN_HOURS


@pytest.mark.postgresql
@pytest.mark.parametrize("model", [PolicyVersion, CalendarRevision, *TERMS, *HOURS], ids=by_name)
def test_a_table_of_terms_cannot_be_emptied_as_a_whole(model):
    table = model._meta.db_table

    assert refusal(lambda: raw(f"TRUNCATE {table} CASCADE")).endswith(
        "is never emptied: delete the rows that may go"
    )


def test_only_the_published_version_is_frozen_not_its_neighbour():
    published()
    draft = load(TEXT.replace("210.50", "210.60"))

    assert Fee.objects.filter(version=draft).update(title="Other") == 2


def test_every_guard_is_still_there_after_all_migrations():
    """A migration that rebuilds a table on SQLite loses its triggers without a word."""
    guarded = {*(model._meta.db_table for model in [*TERMS, *HOURS])}
    wanted = {f"frozen_{table}_{event}" for table in guarded for event in EVENTS}
    wanted |= {
        f"frozen_contracts_{table}_{event}"
        for table in ["policyversion", "calendarrevision"]
        for event in EVENTS[1:]
    }
    wanted |= {f"frozen_tickets_{name}" for name in RECORDS}
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }

    with connection.cursor() as cursor:
        cursor.execute(listing[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}

    assert wanted - found == set()


def test_unfrozen_lets_a_test_clean_up_and_freezes_again():
    version = published()

    with unfrozen(connection):
        Clause.objects.filter(version=version).update(title="Changed")

    assert refusal(lambda: Clause.objects.filter(version=version).update(title="x")) == FROZEN


def test_a_tear_down_empties_what_is_frozen_and_freezes_again():
    published()

    empty(connection)

    assert (PolicyVersion.objects.count(), Clause.objects.count()) == (0, 0)
    version = published()
    assert refusal(lambda: Clause.objects.filter(version=version).update(title="x")) == FROZEN


@pytest.mark.usefixtures("nothing_published")
def test_an_append_only_table_takes_rows_and_keeps_them():
    guard = freeze.append_only("contracts_policy")
    for statement in guard.create(connection.vendor):
        raw(statement)
    policy = Policy.objects.create(slug="kept", provider="P", title="T")
    said = "contracts_policy is a record: add a row, change none"

    assert refusal(policy.save) == said
    assert refusal(policy.delete) == said

    for statement in guard.drop(connection.vendor):
        raw(statement)
    policy.delete()
    assert Policy.objects.count() == 0
