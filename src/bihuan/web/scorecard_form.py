"""A scorecard as a form of lines, and what comes back: one line an item, a veto, a grade, in the words of the page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict

from bihuan.base.errors import Invalid
from bihuan.scorecard.periods import TITLES
from bihuan.scorecard.scoring import plain
from bihuan.scorecard.scoring_words import KINDS, read, written
from bihuan.scorecard.spec import ItemSpec, ScorecardSpec

SHOWN = "shown"
"""A line that is shown and ranks nobody."""
PARTS = {"base": "基本项", "bonus": "加分", "deduction": "扣分", SHOWN: "只展示"}
UNKNOWN = {"exclude": "不计", "zero": "记零分"}
METHODS = {"hand": "手工", "ahp": "层次分析法", "entropy": "熵权法"}
LIGHTS = {"": "—", "green": "绿", "yellow": "黄", "red": "红"}
COLUMNS: dict[str, tuple[str, ...]] = {
    "groups": ("code", "title", "kinds", "units", "where"),
    "items": ("code", "title", "figure", "part", "weight", "kind", "line", "unknown", "groups", "basis"),
    "vetoes": ("code", "title", "figure", "grade"),
    "caps": ("title", "figure", "grade"),
    "levels": ("code", "from", "light"),
    "awards": ("code", "title", "unit", "formula", "with"),
}
"""The lines of each table, and what each line holds. A field is posted as `table.column`, once a line."""
_EMPTY_LINES = 2
_ZERO = "总分为零"


def lines_of(spec: ScorecardSpec) -> dict[str, list[dict[str, str]]]:
    """Every table of the form, as it stands in a definition."""
    grades = spec.grades[-1].levels if spec.grades else ()
    return {
        "groups": [
            {
                "code": group.code,
                "title": group.title,
                "kinds": " ".join(group.kinds),
                "units": " ".join(group.units),
                "where": group.where,
            }
            for group in spec.groups
        ],
        "items": [_item_line(item) for item in spec.items],
        "vetoes": [
            {"code": veto.code, "title": veto.title, "figure": veto.figure, "grade": veto.grade or _ZERO}
            for veto in spec.vetoes
        ],
        "caps": [{"title": cap.title, "figure": cap.figure, "grade": cap.grade} for cap in spec.caps],
        "levels": [{"code": level.code, "from": plain(level.from_), "light": level.light} for level in grades],
        "awards": [
            {
                "code": award.code,
                "title": award.title,
                "unit": award.unit,
                "formula": award.formula,
                "with": " ".join(f"{name}={figure}" for name, figure in award.names.items()),
            }
            for award in spec.awards
        ],
    }


def _item_line(item: ItemSpec) -> dict[str, str]:
    return {
        "code": item.code,
        "title": item.title,
        "figure": item.figure,
        "part": item.part if item.ranked else SHOWN,
        "weight": plain(item.weight),
        "kind": item.score.kind,
        "line": written(item.score),
        "unknown": item.unknown,
        "groups": " ".join(item.groups),
        "basis": item.basis,
    }


def posted_lines(posted: QueryDict) -> dict[str, list[dict[str, str]]]:
    """Every table as it was posted; lines that are blank but for their choices are left out."""
    found = {}
    for table, columns in COLUMNS.items():
        cells = [posted.getlist(f"{table}.{column}") for column in columns]
        lines = [dict(zip(columns, map(str.strip, line), strict=True)) for line in zip(*cells, strict=False)]
        found[table] = [line for line in lines if line.get("title") or (table == "levels" and line["code"])]
    return found


def with_empty_lines(lines: Mapping[str, Sequence[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The tables with some blank lines to write in."""
    return {
        table: [*lines[table], *(dict.fromkeys(columns, "") for _ in range(_EMPTY_LINES))]
        for table, columns in COLUMNS.items()
    }


def declared(old: ScorecardSpec, posted: QueryDict) -> dict[str, Any]:
    """The definition that the form tells, as a pack would declare it; what the form does not show stays.

    Raises Invalid for a line that cannot be read, naming it.
    """
    lines = posted_lines(posted)
    data = old.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = {item.code: item for item in old.items}
    data |= {name: posted.get(name, "").strip() for name in ("title", "description", "period", "source")}
    if data["period"] != "month":
        data.pop("months", None)
    data["groups"] = [
        {**line, "kinds": line["kinds"].split(), "units": line["units"].split()}
        for line in _coded(lines["groups"], "g")
    ]
    data["items"] = [_item(line, kept.get(line["code"])) for line in _coded(lines["items"], "i")]
    data["vetoes"] = [{**_kept(data, "vetoes", line), **_veto(line)} for line in _coded(lines["vetoes"], "v")]
    data["caps"] = lines["caps"]
    data["grades"] = _grades(data.get("grades", []), lines["levels"], posted.get("valid_from", "").strip())
    data["awards"] = [
        {**_kept(data, "awards", line), **line, "with": _names(line)} for line in _coded(lines["awards"], "a")
    ]
    data["weights"] = _weights(data.get("weights", {}), posted)
    return data


def _kept(data: dict[str, Any], table: str, line: dict[str, str]) -> dict[str, Any]:
    """What the definition of before says of a line by its code, for what the form does not show."""
    return next((old for old in data.get(table, []) if old["code"] == line["code"]), {})


def _coded(lines: Sequence[dict[str, str]], letter: str) -> list[dict[str, str]]:
    """The lines, each with a code; a new one is given the next that is free."""
    taken = {line["code"] for line in lines}
    found = []
    for line in lines:
        number = 1
        while not line["code"] and f"{letter}{number}" in taken:
            number += 1
        code = line["code"] or f"{letter}{number}"
        taken.add(code)
        found.append({**line, "code": code})
    return found


def _item(line: dict[str, str], kept: ItemSpec | None) -> dict[str, Any]:
    try:
        score = read(line["kind"], line["line"])
    except Invalid as error:
        raise Invalid(f"“{line['title']}”：{error}") from error
    is_shown = line["part"] == SHOWN
    return {
        **({"outcome": kept.outcome} if kept else {}),
        **{key: line[key] for key in ("code", "title", "figure", "basis")},
        "part": (kept.part if kept else "base") if is_shown else line["part"],
        "ranked": not is_shown,
        "weight": number(line["weight"], f"“{line['title']}”的满分"),
        "unknown": line["unknown"] or "exclude",
        "groups": line["groups"].split(),
        "score": score,
    }


def _veto(line: dict[str, str]) -> dict[str, str]:
    zero = line["grade"] in ("", _ZERO)
    return {**line, "effect": "zero" if zero else "grade", "grade": "" if zero else line["grade"]}


def _grades(old: list[Any], levels: Sequence[dict[str, str]], valid_from: str) -> list[Any]:
    """The grades of before, and these from their day on; the same day takes the place of what was said of it."""
    if not levels:
        return []
    latest: dict[str, Any] = old[-1] if old else {}
    titles = {level["code"]: level.get("title", "") for level in latest.get("levels", [])}
    told = [
        {
            **level,
            "from": number(level["from"], f"等级“{level['code']}”的起点"),
            "title": titles.get(level["code"], ""),
        }
        for level in levels
    ]
    earlier = [grades for grades in old if grades["valid_from"] < valid_from]
    return [*earlier, {"valid_from": valid_from, "levels": told, "source": latest.get("source", "")}]


def _names(line: dict[str, str]) -> dict[str, str]:
    pairs = [part.partition("=") for part in line["with"].split()]
    return {name: figure for name, _, figure in pairs}


def _weights(old: Any, posted: QueryDict) -> dict[str, Any]:
    method = posted.get("method") or "hand"
    rows = [row.split() for row in posted.get("matrix", "").splitlines() if row.strip()]
    return (
        {"method": method, "source": old.get("source", ""), "matrix" if method == "ahp" else "reference": rows}
        if (method != "hand")
        else {}
    )


def number(text: str, what: str) -> Decimal:
    """A number as typed; blank is nothing. Raises Invalid."""
    try:
        return Decimal(text or "0")
    except InvalidOperation as error:
        raise Invalid(f"{what}“{text}”不是数") from error


def choices() -> dict[str, Any]:
    """What the lists of the form offer."""
    return {
        "periods": TITLES,
        "parts": PARTS,
        "unknown": UNKNOWN,
        "methods": METHODS,
        "lights": LIGHTS,
        "kinds": {code: title for code, (title, _) in KINDS.items()},
        "hints": [{"title": title, "how": how} for title, how in KINDS.values()],
    }
