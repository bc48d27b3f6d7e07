"""Which tables an archive holds, and in which order they can be filled: those that are referred to come first."""

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from bihuan.cli.archive.columns import kind_of

_OURS = "bihuan."
_LEFT_OUT = frozenset({"org.signin"})
"""Who is signed in where: a restored instance begins with nobody signed in."""


@dataclass(frozen=True)
class Table:
    """A model's table, its columns' kinds by their names; `counts` says that the database numbers its rows."""

    model: str
    name: str
    key: str
    counts: bool
    columns: dict[str, str]


def our_labels() -> tuple[str, ...]:
    """The labels of this program's own apps; Django's apps (sessions, content types) are left out of archives."""
    return tuple(config.label for config in installed.get_app_configs() if config.name.startswith(_OURS))


@cache
def last_migrations() -> dict[str, str]:
    """The last migration of each of our apps in this version."""
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    return {label: name for ours in our_labels() for label, name in graph.leaf_nodes(ours)}


def tables_of(apps: Apps) -> tuple[Table, ...]:
    """The tables of our apps' models, in the order of their dependence; alphabetically where there is none.

    `apps` is the present registry, or one of an earlier state of the migrations.
    """
    labels = our_labels()
    found = [model for model in apps.get_models(include_auto_created=True) if _is_kept(model, labels)]
    by_name = {model._meta.label_lower: model for model in found}  # noqa: SLF001 - same
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(by_name):
        sorter.add(name, *sorted(_referred_to(by_name[name]) & by_name.keys() - {name}))
    return tuple(_table(by_name[name]) for name in sorter.static_order())


def _is_kept(model: type[models.Model], labels: tuple[str, ...]) -> bool:
    meta = model._meta  # noqa: SLF001 - Django's documented model API
    return meta.app_label in labels and meta.managed and not meta.proxy and meta.label_lower not in _LEFT_OUT


def _referred_to(model: type[models.Model]) -> set[str]:
    fields = model._meta.local_concrete_fields  # noqa: SLF001 - same
    others = [field.related_model for field in fields if isinstance(field, models.ForeignKey)]
    return {other._meta.label_lower for other in others}  # noqa: SLF001 - same


def _table(model: type[models.Model]) -> Table:
    meta = model._meta  # noqa: SLF001 - same
    return Table(
        model=meta.label_lower,
        name=meta.db_table,
        key=str(meta.pk.column),
        counts=isinstance(meta.pk, models.AutoField),
        columns={str(field.column): kind_of(_stored_type(field)) for field in meta.local_concrete_fields},
    )


def _stored_type(field: "models.Field[object, object]") -> str:
    """A reference is kept as what it refers to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()
