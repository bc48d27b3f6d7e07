"""What is demanded of figures (`expect`), and where it is not so: violations, each opening its records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from bihuan.base.errors import BihuanError
from bihuan.expression import compile_check, evaluate, explain
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.checks import EXPECTED_NAMES
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue, figure_codes
from bihuan.figure.period import Period
from bihuan.figure.resolved import Base, Doubled
from bihuan.figure.rules import Reach
from bihuan.figure.value import rounded

_PLACES = 6
"""How many places of a value an expectation sees."""


NOTHING_TWICE = "value = 0"
"""What is looked for in a count of doubled values that demands nothing by itself."""


@dataclass(frozen=True)
class Checked:
    """A demand on one cell, and whether it is met; None where the value is unknown."""

    code: str
    unit: int | None
    period: Period
    number: Fraction | None
    is_met: bool | None
    partial: bool = False


def expecting(catalogue: Catalogue) -> list[str]:
    """The figures in use of which something is demanded."""
    return [code for code in figure_codes() if catalogue.in_force(code).spec.expect]


def demand_in_words(expect: str) -> str:
    """The demand as it is told: 数值 等于 0."""
    return explain(compile_check(expect, EXPECTED_NAMES))


def is_met(expect: str, number: Fraction | None) -> bool | None:
    """Whether a value is as demanded; None where it is unknown."""
    if number is None:
        return None
    checked = compile_check(expect, EXPECTED_NAMES)
    values = {"value": rounded(number, _PLACES)}
    found = evaluate(checked, values, today=date.min, now=datetime.min.replace(tzinfo=UTC))
    return None if found is None else bool(found)


def checked_cells(found: Answer, codes: Sequence[str], units: Iterable[int | None], period: Period) -> list[Checked]:
    """Every demand on some units' cells; what the person may not know is left out."""
    cells = []
    for unit in units:
        for code in codes:
            try:
                value = found.value(code, unit, period)
            except BihuanError:
                continue
            met = is_met(found.figures[code].spec.expect or NOTHING_TWICE, value.number)
            cells.append(Checked(code, unit, period, value.number, met, value.partial))
    return cells


def ledgers_behind(code: str, catalogue: Catalogue) -> frozenset[str]:
    """The ledgers whose records a figure rests on."""
    found: set[str] = set()
    for figure in catalogue.with_parts([code]).values():
        if isinstance(figure, Base):
            found.add(figure.view.code)
        elif isinstance(figure, Doubled):
            found |= {view.code for view, _ in figure.places}
    return frozenset(found)


def open_violations(
    codes: Sequence[str], unit: int | None, period: Period, clocks: Clocks, reach: Reach | None
) -> list[Checked]:
    """The demands that are not met in a cell, of those that speak of the same ledgers as some figures."""
    catalogue = Catalogue(clocks.known_at)
    ledgers = frozenset[str]().union(*(ledgers_behind(code, catalogue) for code in codes))
    about = [code for code in expecting(catalogue) if ledgers & ledgers_behind(code, catalogue)]
    if not about:
        return []
    found = answer(Question(tuple(about), (period,), clocks), reach=reach, given=catalogue)
    return [cell for cell in checked_cells(found, about, [unit], period) if cell.is_met is False]
