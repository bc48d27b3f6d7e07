"""Random well-typed expressions, as text, and random rows for them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from bihuan.expression import Kind
from tests.expression.sample import NAMES, STATES, TAGS

_LETTERS = list("abAZz0 '\"%_\\*?[]^-+.\n\t中文一é😀　“’（")
TEXTS = st.one_of(
    st.text(st.sampled_from(_LETTERS), max_size=6),
    st.sampled_from(["", " ", "12.50", " -3 ", "1e5", "+7", "abc", "ABC", "12.1234567", "a%b", "a\\b"]),
)
DATES = st.one_of(
    st.sampled_from([date(2024, 2, 29), date(2023, 2, 28), date(1, 1, 1), date(9999, 12, 31), date(2026, 12, 31)]),
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
)
_EDGES = [
    datetime(2025, 12, 31, 15, 59, 59, 999999, UTC),
    datetime(2025, 12, 31, 16, 0, 0, 0, UTC),
    datetime(1988, 7, 1, 15, 30, 0, 0, UTC),  # summer time in Shanghai
]
MOMENTS = st.one_of(
    st.sampled_from(_EDGES), st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
)
INTEGERS = st.one_of(st.integers(-5, 40), st.integers(-(10**18) + 1, 10**18 - 1))


def _decimals(scale: int):
    unscaled = st.one_of(st.integers(-500, 500), st.integers(-(10**15) + 1, 10**15 - 1))
    return unscaled.map(lambda number: Decimal(number).scaleb(-scale))


def _seconds(moment: datetime) -> str:
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _codes(choices):
    return st.lists(st.sampled_from([choice.code for choice in choices]), unique=True)


_VALUES = {
    "state": st.sampled_from([choice.code for choice in STATES]),
    "amount": _decimals(2),
    "rate": _decimals(6),
    "score": _decimals(0),
    "days": INTEGERS,
    "note": TEXTS,
    "found": DATES.map(date.isoformat),
    "reported": MOMENTS.map(_seconds),
    "major": st.booleans(),
    "tags": _codes(TAGS),
    "unit": st.sampled_from([7, 12]),
    "number": INTEGERS,
    "budget": _decimals(2),
    "owner": TEXTS,
    "due": DATES,
    "opened_at": MOMENTS,
    "closed": st.booleans(),
    "labels": _codes(TAGS),
}


def _value_of(code: str):
    return st.one_of(_VALUES[code], _VALUES[code], _VALUES[code], st.none())


def rows_for(text: str):
    """Rows that hold the fields this expression names; null and absent are the same."""
    used = sorted({word for word in re.findall(r"[a-z_]+", text) if word in _VALUES})
    row = st.fixed_dictionaries({code: _value_of(code) for code in used})
    absent = row.map(lambda values: {code: value for code, value in values.items() if value is not None})
    return st.lists(row | absent, min_size=1, max_size=4)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _fields(*kinds: Kind):
    """Those without choices: a choice may not be ordered or taken for a text."""
    return st.sampled_from([name.code for name in NAMES.values() if name.kind in kinds and not name.choices])


def _plain_number(number: Decimal) -> str:
    return f"{number:f}" if number >= 0 else f"({number:f})"


_LITERALS = {
    Kind.TEXT: TEXTS.map(quoted),
    Kind.INTEGER: st.one_of(st.integers(-9, 40), st.integers(0, 10**17)).map(lambda n: _plain_number(Decimal(n))),
    Kind.DECIMAL: st.one_of(_decimals(1), _decimals(3)).map(_plain_number),
    Kind.DATE: st.one_of(DATES.map(lambda day: f"date '{day}'"), st.just("today()")),
    Kind.DATETIME: st.one_of(
        MOMENTS.map(lambda at: f"datetime '{(at + timedelta(hours=8)):%Y-%m-%d %H:%M:%S}'"), st.just("now()")
    ),
    Kind.BOOLEAN: st.sampled_from(["true", "false"]),
}
_SCALARS = (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)


def _filled(template: str, *parts):
    return st.tuples(*parts).map(lambda texts: template.format(*texts))


def _one(*templates):
    return st.one_of(*(_filled(template, *parts) for template, *parts in templates))


def _number(depth: int):
    return st.one_of(expressions(Kind.INTEGER, depth), expressions(Kind.DECIMAL, depth))


def _of_any_kind(kind: Kind, depth: int):
    """What makes a value of `kind` from values of that kind."""
    inner = expressions(kind, depth)
    condition = expressions(Kind.BOOLEAN, depth)
    return _one(
        ("coalesce({}, {})", inner, inner),
        ("coalesce(null, {})", inner),
        ("nullif({}, {})", inner, inner),
        ("case when {} then {} else {} end", condition, inner, inner),
        ("case when {} then {} when {} then null end", condition, inner, condition),
        ("({})", inner),
    )


def _integers(depth: int):
    inner, text, day = (expressions(kind, depth) for kind in (Kind.INTEGER, Kind.TEXT, Kind.DATE))
    moment, number = expressions(Kind.DATETIME, depth), _number(depth)
    return _one(
        ("({} + {})", inner, inner),
        ("{} - {}", inner, _LITERALS[Kind.INTEGER]),
        ("({} * {})", inner, inner),
        ("-({})", inner),
        ("abs({})", inner),
        ("length({})", text),
        ("days_between({}, {})", day, day),
        ("year({})", day),
        ("month({})", moment),
        ("quarter({})", day),
        ("day({})", moment),
        ("floor({})", number),
        ("ceil({})", number),
        ("round({})", number),
        ("least({}, {}, {})", inner, inner, inner),
    )


def _decimal(depth: int):
    inner, number, text = expressions(Kind.DECIMAL, depth), _number(depth), expressions(Kind.TEXT, depth)
    return _one(
        ("({} + {})", inner, number),
        ("({} - {})", number, inner),
        ("({} * {})", inner, number),
        ("({} / ({}))", number, number),
        ("(-({}))", inner),
        ("abs({})", inner),
        ("round({}, {})", inner, st.sampled_from("01237")),
        ("greatest({}, {})", inner, number),
        ("least({}, {})", number, inner),
        ("number({})", text),
    )


def _text(depth: int):
    inner = expressions(Kind.TEXT, depth)
    scalar = st.sampled_from([*_SCALARS, Kind.BOOLEAN]).flatmap(lambda kind: expressions(kind, depth))
    return _one(
        ("lower({})", inner),
        ("upper({})", inner),
        ("trim({})", inner),
        ("substr({}, {})", inner, st.sampled_from("1237")),
        ("substr({}, {}, {})", inner, st.sampled_from("123"), st.sampled_from("0125")),
        ("concat({}, {}, {})", inner, inner, inner),
        ("text({})", scalar),
    )


def _dates(depth: int):
    inner, moment = expressions(Kind.DATE, depth), expressions(Kind.DATETIME, depth)
    count = expressions(Kind.INTEGER, depth)
    return _one(
        ("date({})", moment),
        ("add_days({}, {})", inner, count),
        ("add_months({}, {})", inner, count),
        ("least({}, {})", inner, inner),
        ("greatest({}, {})", inner, inner),
    )


def _moments(depth: int):
    inner = expressions(Kind.DATETIME, depth)
    return _one(("least({}, {})", inner, inner), ("greatest({}, {}, {})", inner, inner, inner))


def _predicates(depth: int):
    """Conditions over values of one kind."""
    sign, negation = st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.sampled_from(["", "not "])

    def over(kind: Kind):
        inner = expressions(kind, depth) if kind is not Kind.DECIMAL else _number(depth)
        return _one(
            ("(({}) {} ({}))", inner, sign, inner),
            ("(({}) {}in ({}, {}))", inner, negation, inner, inner),
            ("(({}) {}between ({}) and ({}))", inner, negation, inner, inner),
            ("(({}) is {}null)", inner, negation),
        )

    return st.sampled_from(_SCALARS).flatmap(over)


_PATTERNS = st.lists(
    st.sampled_from(["%", "_", "\\%", "\\_", "\\\\", "*", "?", "[", "]", "a", "A", "中", "'", "^"]), max_size=5
).map("".join)


def _conditions(depth: int):
    inner, text = expressions(Kind.BOOLEAN, depth), expressions(Kind.TEXT, depth)
    choice, listed = st.sampled_from([c.title for c in STATES]), st.sampled_from(["tags", "labels"])
    tag = st.sampled_from([c.code for c in TAGS])
    return st.one_of(
        _predicates(depth),
        _one(
            ("({} and {} and not {})", inner, inner, inner),
            ("({} or {})", inner, inner),
            ("(not {})", inner),
            ("({} = {})", inner, inner),
            ("({} not like {})", text, _PATTERNS.map(quoted)),
            ("({} like {})", text, _PATTERNS.map(quoted)),
            ("contains({}, {})", text, text),
            ("starts_with({}, {})", text, text),
            ("ends_with({}, {})", text, text),
            ("is_blank({})", text),
            ("is_blank({})", listed),
            ("({} is null)", listed),
            ("has({}, '{}')", listed, tag),
            ("(state = '{}')", choice),
            ("({} {} unit)", st.sampled_from(["'审计局'", "'7'", "12"]), st.sampled_from(["=", "<>"])),
            ("(coalesce(state, '{}') <> '{}')", st.sampled_from(["无", "cleared"]), choice),
            ("(state not in ('{}', '{}'))", choice, choice),
        ),
    )


_MAKERS = {
    Kind.INTEGER: _integers,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.DATE: _dates,
    Kind.DATETIME: _moments,
    Kind.BOOLEAN: _conditions,
}


@cache
def expressions(kind: Kind, depth: int = 3):
    """Texts of expressions of this kind; an operation holds at most `depth` operations in one another."""
    leaves = st.one_of(_fields(kind), _fields(kind), _LITERALS[kind])
    if depth == 0:
        return leaves
    return st.deferred(lambda: st.one_of(leaves, _MAKERS[kind](depth - 1), _of_any_kind(kind, depth - 1)))


def cases(*kinds: Kind):
    """An expression of one of these kinds, and rows for it."""
    texts = st.one_of(*(st.one_of(_MAKERS[kind](4), _of_any_kind(kind, 4)) for kind in kinds))
    return texts.flatmap(lambda text: st.tuples(st.just(text), rows_for(text)))
