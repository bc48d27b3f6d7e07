"""Which declared definitions are in force, and putting those of a pack in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.models import Ledger
from bihuan.loop.declared.models import Declared
from bihuan.org.models import Unit
from bihuan.pack.reading import Spec

T = TypeVar("T", bound=Spec)


@dataclass(frozen=True)
class InForce(Generic[T]):
    """A definition in force: its full code (`pack.code`), the unit that owns it, its spec."""

    code: str
    pack: str
    owner: int
    version: int
    spec: T

    def of_pack(self, code: str) -> str:
        """The full code of what this definition names: its own pack's where no other is written."""
        return code if "." in code else f"{self.pack}.{code}"

    def ledger(self, code: str) -> Ledger:
        """The ledger that this definition names. Raises NotFound where it is not installed."""
        found = Ledger.objects.select_related("owner").filter(code=self.of_pack(code)).first()
        if found is None:
            raise NotFound(f"“{self.code}”用到的台账“{self.of_pack(code)}”没有安装")
        return found


def declared_of(kind: str, model: type[T]) -> dict[str, InForce[T]]:
    """The definitions of a kind in force, by full code, with one query."""
    rows = Declared.objects.filter(kind=kind).order_by("code", "version")
    newest = {
        code: (pk, stamp, retired) for code, pk, stamp, retired in rows.values_list("code", "pk", "stamp", "retired")
    }
    return {code: _read(stamp, pk, model) for code, (pk, stamp, retired) in newest.items() if not retired}


@lru_cache(maxsize=1_024)
def _read(stamp: str, pk: int, model: type[T]) -> InForce[T]:  # noqa: ARG001 - the stamp makes the key unique
    row = Declared.objects.get(pk=pk)
    return InForce(row.code, row.pack, row.owner_id, row.version, model.model_validate(row.definition))


@transaction.atomic
def install_declared(*, kind: str, pack: str, owner: Unit, specs: Mapping[str, Spec]) -> None:
    """Put a pack's definitions of a kind in force, by full code; those it no longer has are retired."""
    current = {row.code: row for row in Declared.objects.filter(kind=kind, pack=pack).order_by("version")}
    for code, spec in specs.items():
        definition = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
        _put(kind, code, pack, owner, current.get(code), definition)
    for code, row in current.items():
        if code not in specs and not row.retired:
            _next(row, row.definition, owner, retired=True)


def _put(kind: str, code: str, pack: str, owner: Unit, current: Declared | None, definition: dict[str, object]) -> None:
    if current is None:
        first = Declared(kind=kind, code=code, pack=pack, version=0)
        _next(first, definition, owner)
    elif current.retired or current.definition != definition or current.owner_id != owner.pk:
        _next(current, definition, owner)


def _next(before: Declared, definition: dict[str, object], owner: Unit, *, retired: bool = False) -> None:
    Declared.objects.create(
        kind=before.kind,
        code=before.code,
        pack=before.pack,
        owner=owner,
        version=before.version + 1,
        definition=definition,
        valid_from=clock.today(),
        retired=retired,
    )
