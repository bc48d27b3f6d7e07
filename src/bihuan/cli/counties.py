"""Values of many counties as a table or as JSON, for `bihuan figure` and for the job on a cluster."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.base.errors import Invalid
from bihuan.cli.listing import print_json, print_table
from bihuan.figure.period import Period
from bihuan.figure.value import Value, places_of, rounded, shown

if TYPE_CHECKING:
    from bihuan.figure.spark.counties import CountiesAnswer
    from bihuan.figure.spark.lakes import County


def named_counties(given: Sequence[str]) -> "list[County]":
    """Counties as typed: name=folder each, or the name of a file with one a line. Raises Invalid."""
    from bihuan.figure.spark.lakes import County

    lines = [line for text in given for line in _lines(text)]
    found = []
    for line in lines:
        name, sign, address = line.partition("=")
        if not (sign and name.strip() and address.strip()):
            raise Invalid(f"“{line}”应写成 县名=数据湖目录，如 示范县=/data/shifan/lake")
        found.append(County(name.strip(), address.strip()))
    if not found:
        raise Invalid("清单里一个县也没有，应一行一个 县名=数据湖目录")
    _require_once("有的县写了两次", [county.name for county in found])
    _require_once("有的数据湖目录写给了两个县，会重复计算", [county.folder("").rstrip("/") for county in found])
    return found


def _require_once(fault: str, words: Sequence[str]) -> None:
    again = sorted({word for word in words if words.count(word) > 1})
    if again:
        raise Invalid(f"{fault}：{'、'.join(again)}")


def _lines(text: str) -> list[str]:
    if "=" in text or not Path(text).is_file():
        return [text]
    try:
        return [line for line in Path(text).read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise Invalid(f"清单 {text} 不是 UTF-8 文字，请另存为 UTF-8 再用") from error


def print_counties(found: "CountiesAnswer", codes: Sequence[str], periods: Sequence[Period], *, as_json: bool) -> None:
    """Each county, then all together."""
    places: list[tuple[str, int | None]] = [(county.name, at) for at, county in enumerate(found.counties)]
    cells = [
        (name, found.value(code, period, at))
        for code in codes
        for period in periods
        for name, at in [*places, ("合计", None)]
    ]
    if as_json:
        print_json({"values": [_as_json(found, name, value) for name, value in cells]})
        return
    rows = []
    for name, value in cells:
        figure = found.figures[value.code]
        number = shown(value.number, figure) or "—"
        rows.append((figure.spec.title, name, value.period.title, number, figure.spec.unit, value.records))
    print_table(("指标", "县", "时期", "值", "计量单位", "记录"), rows)


def _as_json(found: "CountiesAnswer", name: str, value: Value) -> dict[str, Any]:
    figure = found.figures[value.code]
    number = None if value.number is None else str(rounded(value.number, places_of(figure)))
    exact = None if value.number is None else str(value.number)
    told = {"figure": value.code, "county": name, "period": value.period.code, "value": number, "exact": exact}
    return told | {"measure": figure.spec.unit, "records": value.records}
