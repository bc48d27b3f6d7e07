"""The parts of a figure by a field: which values it is cut into, and the one that an address or a command names."""

import re
from collections.abc import Sequence

import polars as pl

from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.expression import Kind, Name
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.rows import held_columns
from bihuan.figure.measure import Function
from bihuan.figure.names import figure_names
from bihuan.figure.period import Period
from bihuan.figure.plan import clocks_for, leaves_of
from bihuan.figure.resolved import Base, Derived
from bihuan.figure.rules import Reach
from bihuan.figure.slice_words import slice_titles
from bihuan.figure.slices import Slice, SliceValue
from bihuan.ledger.sight import sight_of
from bihuan.ledger.types import BY_CODE
from bihuan.org.actor import system_actor

MOST_SLICES = 100
_MOST_READ = 5_000
_CUTS = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN, Kind.TEXTS)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_YES_OR_NO: dict[str, SliceValue] = {"true": True, "false": False, "是": True, "否": False}


def slice_values(
    codes: Sequence[str], by: str, periods: Sequence[Period], clocks: Clocks, reach: Reach | None = None
) -> list[SliceValue]:
    """The values that a field has in the records that may be seen and are counted in the periods, blank (None) last.

    A stock is cut by what was so at the end of its period, a change by what was so in either of its two.
    Raises Invalid for a field that does not cut, and where there are too many values.
    """
    found, bases = require_cut(codes, by, clocks, reach)
    values: set[SliceValue] = set()
    leaves = (leaf for code in codes for period in periods for leaf in leaves_of(code, period, found.figures, clocks))
    for base, own in {(leaf.code, clocks_for(bases[leaf.code], leaf.period, clocks)) for leaf in leaves}:
        values |= _values_of(found, bases[base], by, own)
    if len(values) > MOST_SLICES:
        raise Invalid(f"“{by}”有 {len(values)} 种值，最多按 {MOST_SLICES} 种值分组")
    declared = [choice.code for base in bases.values() for choice in figure_names(base.view)[by].choices]
    place = {code: index for index, code in reversed(list(enumerate(declared)))}
    last = len(declared)
    return sorted(values, key=lambda v: (v is None, place.get(str(v), last), v if isinstance(v, int) else 0, str(v)))


def named_slice(
    codes: Sequence[str], by: str, text: str, periods: Sequence[Period], clocks: Clocks, reach: Reach | None = None
) -> Slice:
    """The part that is named by its value as text (empty for blank), or by its title.

    A value is taken as it is, whether or not any record has it by now, so that what an old link names stays what it is.
    Raises NotFound for what is no value of the field, and as slice_values does for a field that does not cut.
    """
    found, bases = require_cut(codes, by, clocks, reach)
    for base in bases.values():
        known, value = read_value(figure_names(base.view)[by], text)
        if known:
            return Slice(by, value)
    cuts = [Slice(by, value) for value in slice_values(codes, by, periods, clocks, reach)]
    titles = slice_titles(found.figures.values(), cuts, reach.actor if reach else system_actor())
    cut = next((cut for cut in cuts if text in (titles.get(cut), str(cut.value))), None)
    if cut is None:
        some = "、".join(titles[cut] for cut in cuts[:8]) + (" 等" if len(cuts) > 8 else "")
        raise NotFound(f"“{by}”没有“{text[:80]}”这个值" + (f"；有 {some}" if some else ""))
    return cut


def read_value(name: Name, text: str) -> tuple[bool, SliceValue]:
    """Whether a text alone says which value of a name is meant, and which."""
    if not text:
        return True, None
    if name.choices:
        titled = (choice.code for choice in name.choices if choice.title == text)
        code = text if text in {choice.code for choice in name.choices} else next(titled, None)
        return code is not None, code
    match name.kind:
        case Kind.BOOLEAN:
            word = text.lower()
            return word in _YES_OR_NO, _YES_OR_NO.get(word)
        case Kind.INTEGER:
            is_number = _WHOLE_NUMBER.fullmatch(text) is not None
            return is_number, int(text) if is_number else None
    return name.kind is Kind.TEXT, text


def require_cut(codes: Sequence[str], by: str, clocks: Clocks, reach: Reach | None) -> tuple[Answer, dict[str, Base]]:
    """The figures that count records, once it is sure that the field cuts all of them and may be seen.

    Raises Invalid for a field that does not cut, NotAllowed for one that may not be seen.
    """
    catalogue = Catalogue(clocks.known_at)
    found = answer(Question(tuple(codes), (), clocks), reach=reach, given=catalogue)
    bases = {}
    for code, figure in found.figures.items():
        if isinstance(figure, Base):
            _require_field(found, figure, by)
            bases[code] = figure
        elif not isinstance(figure, Derived):
            raise Invalid(f"“{figure.spec.title}”不是从一个台账的记录数出来的，不能按“{by}”分组")
    return found, bases


def _require_field(found: Answer, figure: Base, by: str) -> None:
    name, field = figure_names(figure.view).get(by), figure.view.spec.by_code.get(by)
    if name is None or name.kind not in _CUTS:
        raise Invalid(f"“{figure.spec.title}”不能按“{by}”分组；可以按选项、单位、人员、是否和文字字段分组")
    if field and BY_CODE[field.kind].is_personal(field):
        raise NotAllowed(f"“{field.title}”是个人信息，不能用来分组")
    ledger = found.catalogue.ledgers[figure.view.code]
    if field and found.reach and by not in sight_of(found.reach.actor, ledger).searched:
        raise NotAllowed(f"您看不到“{field.title}”，不能用来分组")


def _values_of(found: Answer, figure: Base, by: str, own: Clocks) -> set[SliceValue]:
    name = figure_names(figure.view)[by]
    mine = found.reach.of(found.catalogue.ledgers[figure.view.code]) if found.reach else None
    snapshot = found.snapshots.of(figure.view)
    held = held_columns(snapshot, figure.view, own)[by]
    as_of, known_at = own.instants
    parts = snapshot.known(known_at) if figure.function is Function.SHARE else snapshot.at(as_of, known_at)
    column = held.column.explode() if name.kind is Kind.TEXTS else held.column
    values: set[SliceValue] = set()
    for part in parts:
        rows = part.rows if mine is None else part.rows.filter(pl.col("unit").is_in(sorted(mine)))
        for value in rows.select(column.alias("value")).unique().head(_MOST_READ).collect()["value"].to_list():
            values.add(held.words[value] if held.words is not None and value is not None else value)
    return values
