"""The figures that the engines are compared by: every measure at every time, the conditions in turn."""

from datetime import datetime, timedelta
from random import Random

from bihuan.figure.spec import FigureSpec
from tests.figure.worlds import START

WHERES = (
    "",
    "level = 'city'",
    "level = 'city' and colour = 'white'",
    "colour = 'red'",
    "colour in ('red', 'yellow') and steps > 2",
    "not (colour = 'green' or level = 'county')",
    "amount > 100 or done",
    "day <= today() and state <> 'closed'",
    "level is null and not done",
    "contains(name, '甲') or has(tags, 'a')",
    "due_at is not null and days_between(date(opened_at), date(created_at)) <= 3",
    "coalesce(level, 'city') = 'city' and number like 'S%'",
)
MEASURES = (
    "count()",
    "sum(amount)",
    "sum(area * steps)",
    "avg(amount)",
    "min(area)",
    "max(amount + 1)",
    "distinct(name)",
    "distinct(unit)",
    "first(amount)",
    "last(steps)",
    "outliers(amount)",
    "sum(case when done then amount else 0 end)",
)
SHARES = (
    ("share(state = 'closed')", ""),
    ("share(amount > 100 or done)", "level = 'city'"),
    ("share(done)", "contains(name, '甲') or has(tags, 'a')"),
)
TIMES = ({}, {"during": "day"}, {"during": "at"}, {"during": "month"}, {"during": "year"}, {"during": "opened_at"})
PERIODS = ("2026-01", "2026-02", "2026", "2026-01..2026-03", "2025-12-20..2026-02-10", "2026-W06", "2026-03-02")


def figures() -> dict[str, FigureSpec]:
    """Every measure at every time, the conditions in turn."""
    specs = {}
    for index, (measure, time) in enumerate((measure, time) for measure in MEASURES for time in TIMES):
        where = WHERES[index * 5 % len(WHERES)]
        unit = "元" if measure.startswith(("sum(amount)", "avg")) else ""
        shape = {"title": "数", "of": "thing", "measure": measure, "where": where, "unit": unit, **time}
        specs[f"demo.f{index}"] = FigureSpec.model_validate(shape)
    for index, (measure, where) in enumerate(SHARES):
        shape = {"title": "占比", "of": "thing", "measure": measure, "where": where, "unit": ["", "%"][index % 2]}
        specs[f"demo.t{index}"] = FigureSpec.model_validate(shape)
    return specs


def drawn(dice: Random, count: int) -> dict[str, FigureSpec]:
    """Figures by chance: two conditions put together, any measure, any time, any unit that fits."""
    specs = {}
    for index in range(count):
        one, other = (where or "true" for where in dice.choices(WHERES, k=2))
        where = dice.choice(["({}) and ({})", "({}) or ({})", "not ({}) and ({})", "not (({}) or ({}))"])
        measure = dice.choice(MEASURES)
        unit = dice.choice(["元", "万元", "亿元"]) if "amount)" in measure and "sum(amount" in measure else ""
        shape = {"title": "数", "of": "thing", "measure": measure, "where": where.format(one, other), "unit": unit}
        specs[f"demo.r{index}"] = FigureSpec.model_validate(shape | dice.choice(TIMES))
    return specs


def derived() -> dict[str, FigureSpec]:
    """Figures made of others, of each kind."""
    made = {
        "ratio": {"ratio": "f1 / f0", "unit": "%"},
        "difference": {"difference": "f6 - f18", "unit": "元"},
        "growth": {"change": "f1", "against": "previous period", "unit": "%"},
        "more": {"change": "f7", "against": "previous year", "as": "difference"},
        "then": {"shift": "f2", "against": "previous period"},
        "place": {"rank": "f0"},
        "lowest": {"rank": "f19", "order": "ascending"},
        "part": {"share": "f1", "unit": "%"},
        "of_all": {"share": "f12", "within": "whole", "unit": "%"},
        "so_far": {"cumulative": "f13"},
        "ever": {"cumulative": "f2", "since": "beginning"},
        "done": {"target": "f2 / f8", "unit": "%"},
        "sum": {"formula": "a + b / 3", "with": {"a": "f0", "b": "f13"}},
    }
    return {f"demo.{code}": FigureSpec.model_validate({"title": "数", **shape}) for code, shape in made.items()}


DOUBLED: dict[str, tuple[str, ...]] = {
    "demo.d_name": ("thing.name", "other.name"),
    "demo.d_amount": ("other.amount", "thing.amount"),
    "demo.d_level": ("thing.level", "other.level"),
    "demo.d_number": ("thing.number", "other.number"),
    "demo.d_unit": ("other.unit",),
    "demo.d_day": ("thing.day",),
    "demo.d_at": ("thing.at", "other.due_at"),
    "demo.d_done": ("thing.done",),
    "demo.d_steps": ("thing.steps", "other.steps"),
    "demo.d_colour": ("thing.colour", "other.name"),
}
"""Values looked for twice, of every kind, in one ledger and over two."""


def places() -> dict[str, FigureSpec]:
    """What doubled values are looked for in, each place a figure by itself, for the fold."""
    found = {text for texts in DOUBLED.values() for text in texts}
    shapes = {
        text: dict(zip(("of", "measure"), (text.split(".")[0], f"distinct({text.split('.')[1]})"), strict=True))
        for text in found
    }
    return {f"demo.{text}": FigureSpec.model_validate({"title": "数", **shape}) for text, shape in shapes.items()}


FIGURES = figures()
TWICE = {code: FigureSpec.model_validate({"title": "重复", "doubled": list(texts)}) for code, texts in DOUBLED.items()}
DERIVED = derived()
OPENED = frozenset(sorted(FIGURES)[::6])
"""Opening is slower than counting: one figure of six is opened in every cell."""


def hours(number: int) -> datetime:
    return START + timedelta(hours=number)
