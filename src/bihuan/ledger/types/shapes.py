"""Points, lines and polygons as text: WKT (OGC 06-103r4) and GeoJSON (RFC 7946), read and written."""

import re
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import orjson

from bihuan.ledger.types.base import BadValue, told
from bihuan.ledger.types.coordinates import Position, in_degrees, require_in_china

MOST_VERTICES = 10_000
_LONGEST = 1_000_000

_WKT = re.compile(r"(?:SRID=(?P<srid>\d{1,6});)?\s*(?P<name>[A-Z]+)\s*(?P<more>Z|M|ZM)?\s*(?P<body>\(.*\))", re.DOTALL)
_RINGS = re.compile(r"\(\s*\([^()]*\)(?:\s*,\s*\([^()]*\))*\s*\)")
_RING = re.compile(r"\(([^()]*)\)")
_LIST = re.compile(r"\([^()]*\)")
_NAMES = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}
_TITLES = {"Point": "点", "LineString": "线", "Polygon": "面"}
_SRIDS = {"4490": "CGCS2000", "4326": "WGS84"}


def read_shape(raw: Any, wanted: str, source: str) -> dict[str, Any]:
    """The geometry that text (WKT, GeoJSON) or parsed GeoJSON holds: of the type `wanted`, checked.

    `source` is the field's coordinate system; one that the text names must be the same. Raises BadValue.
    """
    if isinstance(raw, str):
        text = raw.strip()
        if len(text) > _LONGEST:
            raise BadValue(f"图形文字有 {len(text)} 个字，最多 {_LONGEST} 个字")
        name, nested, named = _from_json(_parsed(text)) if text.startswith("{") else _from_wkt(text)
    elif isinstance(raw, dict):
        name, nested, named = _from_json(raw)
    else:
        raise BadValue(f"{told(raw)}不是图形，应是 WKT 或 GeoJSON 文字")
    if name != wanted:
        found = _TITLES.get(name, told(name))
        raise BadValue(f"这里要{_TITLES[wanted]}（{wanted}），写的是{found}")
    if named not in ("", source):
        raise BadValue(f"坐标系是 {told(named)}，本字段用 {source}，请先转换")
    return {"type": wanted, "coordinates": _checked(name, nested), "source": source}


def to_wkt(geometry: dict[str, Any]) -> str:
    """POINT (120.1 30.2), LINESTRING (…), POLYGON ((…), (…))."""
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return f"POINT {_written([coordinates])}"
        case "LineString":
            return f"LINESTRING {_written(coordinates)}"
        case _:
            return f"POLYGON ({', '.join(_written(ring) for ring in coordinates)})"


def _written(positions: Sequence[Sequence[float]]) -> str:
    return f"({', '.join(f'{in_degrees(x)} {in_degrees(y)}' for x, y in positions)})"


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadValue(f"GeoJSON 写法不对：第 {error.pos + 1} 个字附近看不懂") from error


def _from_json(raw: Any) -> tuple[str, Any, str]:
    """Type, coordinates, and the coordinate system if it is named."""
    if isinstance(raw, dict) and raw.get("type") == "Feature":
        raw = raw.get("geometry")
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
        raise BadValue("GeoJSON 里没有图形（type 和 coordinates）")
    source = raw.get("source", "")
    return raw["type"], raw.get("coordinates"), source if isinstance(source, str) else str(source)


def _from_wkt(text: str) -> tuple[str, Any, str]:
    found = _WKT.fullmatch(text.upper())
    if found is None:
        raise BadValue(f"{told(text)}不是图形，应是 WKT（如 POLYGON ((…))）或 GeoJSON 文字")
    if found["more"]:
        raise BadValue("只要经度和纬度两个数，不要高程")
    srid = found["srid"] or ""
    name, body = _NAMES.get(found["name"], found["name"]), found["body"]
    named = _SRIDS.get(srid, f"EPSG:{srid}") if srid else ""
    if name == "Polygon":
        if not _RINGS.fullmatch(body):
            raise BadValue("POLYGON 应形如 POLYGON ((经度 纬度, 经度 纬度, …))")
        return name, [_numbers(ring) for ring in _RING.findall(body)], named
    if name not in _TITLES:
        return name, None, named
    if not _LIST.fullmatch(body):
        raise BadValue(f"{found['name']} 的括号写得不对")
    positions = _numbers(body[1:-1])
    return name, positions[0] if name == "Point" and len(positions) == 1 else positions, named


def _numbers(body: str) -> list[list[float]]:
    try:
        return [[float(number) for number in position.split()] for position in body.split(",")]
    except ValueError as error:
        raise BadValue(f"坐标里有看不懂的数：{told(body)}") from error


def _checked(name: str, nested: Any) -> list[Any]:
    """The coordinates, each position checked, as lists of JSON."""
    match name:
        case "Point":
            return list(_position(nested))
        case "LineString":
            line = _positions(nested)
            _require_count([line])
            if len(line) < 2 or len({tuple(position) for position in line}) < 2:
                raise BadValue("线至少要有两个不同的点")
            return line
        case _:
            if not isinstance(nested, list) or not nested:
                raise BadValue("面的 coordinates 应是一圈或几圈坐标")
            rings = [_positions(ring) for ring in nested]
            _require_count(rings)
            for ring in rings:
                _require_closed(ring)
            return rings


def _positions(nested: Any) -> list[list[float]]:
    if not isinstance(nested, list):
        raise BadValue("coordinates 的层次不对，应是一串 [经度, 纬度]")
    if len(nested) > MOST_VERTICES:
        _refuse_count(len(nested))
    return [list(_position(item)) for item in nested]


def _position(item: Any) -> Position:
    if not isinstance(item, list | tuple) or len(item) != 2 or not all(_is_number(part) for part in item):
        raise BadValue(f"{told(item)}不是一个位置，应是经度和纬度两个数")
    return require_in_china(float(item[0]), float(item[1]), f"{item[0]} {item[1]}")


def _is_number(part: Any) -> bool:
    return isinstance(part, int | float) and not isinstance(part, bool) and abs(part) < 1_000 and isfinite(part)


def _require_count(rings: Sequence[Sequence[Any]]) -> None:
    count = sum(map(len, rings))
    if count > MOST_VERTICES:
        _refuse_count(count)


def _refuse_count(count: int) -> None:
    raise BadValue(f"图形有 {count} 个点，最多 {MOST_VERTICES} 个，请先简化")


def _require_closed(ring: list[list[float]]) -> None:
    if len(ring) < 4:
        raise BadValue(f"面的一圈至少要 4 个点（首尾同点），现有 {len(ring)} 个")
    if ring[0] != ring[-1]:
        raise BadValue(f"面没有闭合：末点 {ring[-1]} 应与首点 {ring[0]} 相同")
    if not any(_turns(ring)):
        raise BadValue("面的各点在一条直线上，面积为零")


def _turns(ring: list[list[float]]) -> Iterator[float]:
    """Not zero where a corner leaves the line from the first point to another. The differences are small numbers."""
    (x0, y0), (x1, y1) = ring[0], next((position for position in ring if position != ring[0]), ring[0])
    return ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in ring)
