"""Which definitions of figures are in force, now or at an instant, and putting a new version in its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bihuan.base import clock
from bihuan.base.errors import NotFound, did_you_mean
from bihuan.base.stamp import fresh_stamp
from bihuan.figure.identity import Same
from bihuan.figure.kept import Kept
from bihuan.figure.models import Figure, FigureVersion
from bihuan.figure.names import LedgerView
from bihuan.figure.references import NotAReference, full_ledger, references
from bihuan.figure.resolve import Sources, resolve, with_parts
from bihuan.figure.resolved import Resolved
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loop_of


@dataclass(frozen=True)
class InForce:
    """A definition and which version of its figure it is."""

    spec: FigureSpec
    version: int


_OVER_LEDGERS: Kept[Resolved] = Kept(4_096)
_FEW = 4
"""So many figures are looked up one by one; whoever asks for more gets all of them with one query."""


class Catalogue:
    """The figures as they were defined at an instant, each resolved when it is first asked for."""

    def __init__(self, known_at: datetime | None = None, given: Mapping[str, FigureSpec] | None = None) -> None:
        self.known_at = known_at
        self._given = dict(given or {})
        self._specs: dict[str, InForce | None] = {}
        self._all: dict[str, InForce] | None = None
        self._views: dict[str, LedgerView | None] = {}
        self._resolved: dict[str, Resolved] = {}
        self.ledgers: dict[str, Ledger] = {}

    def __getitem__(self, code: str) -> Resolved:
        """The meaning of a figure. Raises NotFound, or Faulty where it no longer fits its ledger."""
        found = self._resolved.get(code)
        if found is None:
            found = self._resolved[code] = self._meaning(code, self.in_force(code).spec)
        return found

    def _meaning(self, code: str, spec: FigureSpec) -> Resolved:
        """A figure over a ledger means the same for as long as neither changes: it is resolved once in the process."""
        sources = Sources(self._spec, self._view)
        view = self._view(full_ledger(spec.of, code.split(".", 1)[0])) if spec.of else None
        if view is None:
            return resolve(code, spec, sources)
        key = (code, Same(spec, view.spec, view.loop))
        found = _OVER_LEDGERS.get(key)
        if found is None:
            found = resolve(code, spec, sources)
            _OVER_LEDGERS.put(key, found, 1)
        return found

    def in_force(self, code: str) -> InForce:
        """The definition of a figure. Raises NotFound with the nearest code."""
        found = self._find(code)
        if found is None:
            raise NotFound(f"没有指标“{code}”", hint=did_you_mean(code, figure_codes()))
        return found

    def with_parts(self, codes: Iterable[str]) -> dict[str, Resolved]:
        """Figures with all that they are made of, each before what is made of it."""
        return with_parts(codes, self.__getitem__)

    def parts_of(self, code: str) -> tuple[str, ...]:
        """The figures that a figure is made of, by their full ids; none for one that names them in no sound way."""
        spec = self.in_force(code).spec
        try:
            named = references(spec)
        except NotAReference:
            return ()
        pack = code.split(".", 1)[0]
        return tuple(own if self._find(own := f"{pack}.{name}") else name for name in named)

    def _find(self, code: str) -> InForce | None:
        if code in self._given:
            return InForce(self._given[code], 0)
        if code not in self._specs and len(self._specs) < _FEW:
            self._specs[code] = _in_force((code,), self.known_at).get(code)
        elif code not in self._specs and self._all is None:
            self._all = _in_force(None, self.known_at)
        return self._specs[code] if code in self._specs else (self._all or {}).get(code)

    def _spec(self, code: str) -> FigureSpec | None:
        found = self._find(code)
        return found.spec if found else None

    def _view(self, code: str) -> LedgerView | None:
        if code not in self._views:
            ledger = Ledger.objects.select_related("owner").filter(code=code).first()
            self._views[code] = LedgerView(code, spec_of(ledger), loop_of(ledger)) if ledger else None
            if ledger:
                self.ledgers[code] = ledger
        return self._views[code]


def _in_force(codes: Sequence[str] | None, known_at: datetime | None) -> dict[str, InForce]:
    """The versions in force at an instant, of some figures or all; for one before the first version, the first."""
    rows = FigureVersion.objects.order_by("figure", "version")
    if codes is not None:
        rows = rows.filter(figure__code__in=codes)
    found: dict[str, tuple[str, int, int]] = {}
    columns = ("figure__code", "recorded_at", "figure__stamp", "figure_id", "version")
    for code, recorded_at, *row in rows.values_list(*columns).iterator():
        if code not in found or known_at is None or recorded_at <= known_at:
            found[code] = (row[0], row[1], row[2])
    return {code: InForce(_spec_at(*row), row[2]) for code, row in found.items()}


@lru_cache(maxsize=4_096)
def _spec_at(stamp: str, figure: int, version: int) -> FigureSpec:  # noqa: ARG001 - the stamp makes the key unique
    return FigureSpec.model_validate(FigureVersion.objects.get(figure_id=figure, version=version).definition)


def figure_codes() -> list[str]:
    """The ids of all figures in use."""
    return list(Figure.objects.filter(retired=False).order_by("code").values_list("code", flat=True))


def new_version(
    figure: Figure, spec: FigureSpec, *, origin: str, approved_by: str = "", why: str = ""
) -> FigureVersion:
    """Put a definition in force from now on, as the figure's next version. The caller has checked the right."""
    figure.title, figure.stamp = spec.title, fresh_stamp()
    figure.version += 1
    figure.save()
    return FigureVersion.objects.create(
        figure=figure,
        version=figure.version,
        definition=spec.model_dump(mode="json", exclude_defaults=True, by_alias=True),
        recorded_at=clock.now(),
        origin=origin,
        approved_by=approved_by,
        why=why,
    )
