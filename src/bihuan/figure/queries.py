"""What pages, commands and the interface ask of figures: the library, values with what was approved, breakdowns."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.figure.actions import approved_cells
from bihuan.figure.answer import Answer, Question, Runner, answer
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.cutting import named_slice, slice_values
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import explained
from bihuan.figure.models import ApprovedValue, Figure
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.org.tree import tree_on

MOST_APPROVED = 24


@dataclass(frozen=True)
class Listed:
    """A figure in the library: its unit of measure, what kind of figure it is, and what it means."""

    figure: Figure
    unit: str
    kind: str
    explanation: str


def library(words: str = "", pack: str = "") -> list[Listed]:
    """The figures in use whose code, title, definition or owner holds every word, whatever the case."""
    rows = Figure.objects.filter(retired=False).select_related("owner").order_by("code")
    if pack:
        rows = rows.filter(code__startswith=f"{pack}.")
    catalogue, asked, found = Catalogue(), words.casefold().split(), []
    owners = {node.pk: node.name for node in tree_on(clock.today()).nodes}
    for row in rows:
        spec = catalogue.in_force(row.code).spec
        text = told_plainly(row.code, catalogue)
        searched = f"{row.code} {row.title} {text} {owners.get(row.owner_id, '')}".casefold()
        if all(word in searched for word in asked):
            found.append(Listed(row, spec.unit, spec.kind, text))
    return found


def told_plainly(code: str, catalogue: Catalogue) -> str:
    """What a figure means; one that does not fit its ledger any more says so, and the library goes on."""
    try:
        return explained(code, catalogue)
    except BihuanError as error:
        return error.message


def used_in(code: str) -> list[Figure]:
    """The figures that are made of this one."""
    catalogue = Catalogue()
    rows = Figure.objects.filter(retired=False).exclude(code=code).order_by("code")
    return [row for row in rows if code in catalogue.parts_of(row.code)]


def ask(
    codes: Sequence[str],
    periods: Sequence[Period],
    clocks: Clocks,
    reach: Reach | None,
    by: str = "",
    runner: Runner | None = None,
) -> Answer:
    """Run a question, perhaps broken down by the values of a field. Raises NotAllowed, NotFound, Invalid."""
    slices: tuple[Slice | None, ...] = (None,)
    if by:
        slices = tuple(Slice(by, value) for value in slice_values(codes, by, periods, clocks, reach))
    return answer(Question(tuple(codes), tuple(periods), clocks, slices), reach=reach, runner=runner)


def ask_part(
    codes: Sequence[str], periods: Sequence[Period], clocks: Clocks, reach: Reach | None, by: str, part: str | None
) -> tuple[Answer, Slice | None]:
    """Run a question over one part of the figures, named as `cutting.named_slice` says; None is the whole.

    Raises as `ask`, and NotFound for a part that is none.
    """
    cut = None if part is None else named_slice(codes, by, part, periods, clocks, reach)
    return answer(Question(tuple(codes), tuple(periods), clocks, (cut,)), reach=reach), cut


@dataclass(frozen=True)
class Frozen:
    """An approved value: what stands, and how many records behind it have changed, come or gone since."""

    cell: ApprovedValue
    number: Fraction | None
    changes: int


def frozen_value(code: str, unit: int | None, period: Period, found: Answer) -> Frozen | None:
    """The approved value of a cell, if it stands, beside what the records say by now.

    It is the whole unit's: who sees only a part of the records is not told.
    """
    cell = approved_cells(unit, period, (code,)).get(code)
    if cell is None or found.value(code, unit, period).partial:
        return None
    then = {(part["figure"], record, version) for part in cell.records for record, version in part["records"]}
    opened = open_value(found, code, unit, period)
    now = {(part.code, record, version) for part in opened for record, version in part.records}
    changed = {record for _, record, _ in then ^ now}
    return Frozen(cell, None if cell.value is None else Fraction(cell.value), len(changed))


def changed_since(found: Answer, code: str, unit: int | None, period: Period, cut: Slice | None = None) -> int:
    """How many records behind a cell have changed, come or gone between the answer's clocks and now."""
    now = answer(Question((code,), (period,), clocks(), (cut,)), reach=found.reach)
    then, by_now = (
        {
            (part.code, record, version)
            for part in open_value(at, code, unit, period, cut)
            for record, version in part.records
        }
        for at in (found, now)
    )
    return len({record for _, record, _ in then ^ by_now})


def last_approved(codes: Sequence[str]) -> dict[str, ApprovedValue]:
    """Of each figure the newest cell that was approved and stands."""
    rows = ApprovedValue.objects.filter(figure__code__in=codes, unlocked_at=None)
    return {row.figure.code: row for row in rows.select_related("figure", "approval__unit").order_by("pk")}


def approved_history(code: str, unit: int | None, clocks: Clocks, reach: Reach | None) -> list[ApprovedValue]:
    """A unit's approved values of a figure, unlocked ones too, newest period first; only what may be known whole."""
    rows = ApprovedValue.objects.filter(figure__code=code, approval__unit=unit).select_related("approval")
    cells = list(rows.order_by("-approval__end", "-pk")[:MOST_APPROVED])
    periods = tuple(dict.fromkeys(Period(cell.approval.start, cell.approval.end) for cell in cells))
    if not cells:
        return []
    found, known = answer(Question((code,), periods, clocks), reach=reach), set()
    for period in periods:
        try:
            if not found.value(code, unit, period).partial:
                known.add((period.start, period.end))
        except BihuanError:
            continue
    return [cell for cell in cells if (cell.approval.start, cell.approval.end) in known]


def changes_since(cells: Sequence[ApprovedValue], clocks: Clocks, reach: Reach | None) -> dict[int, int]:
    """How many records behind each approved cell have changed since; without those that the person may not know."""
    periods = tuple(dict.fromkeys(Period(cell.approval.start, cell.approval.end) for cell in cells))
    codes = tuple(dict.fromkeys(cell.figure.code for cell in cells))
    if not codes:
        return {}
    found, counts = answer(Question(codes, periods, clocks), reach=reach), {}
    for cell in cells:
        period = Period(cell.approval.start, cell.approval.end)
        try:
            frozen = frozen_value(cell.figure.code, cell.approval.unit_id, period, found)
        except BihuanError:
            continue
        if frozen is not None and frozen.cell.pk == cell.pk:
            counts[cell.pk] = frozen.changes
    return counts
