"""Places: positions as people write them, lines and polygons as text, what is kept and what is refused."""

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.types import BY_CODE, BadValue
from tests.ledger.types.fields import LOOKUP, POSITIONS, RINGS, read, spec

SQUARE = [[120.0, 30.0], [121.0, 30.0], [121.0, 31.0], [120.0, 30.0]]


def refusal(kind: str, raw: Any, **more: Any) -> str:
    with pytest.raises(BadValue) as caught:
        read(kind, raw, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "120.123,30.456",
        "30.456，120.123",
        "120.123 30.456",
        "(120.123, 30.456)",
        "[30.456;120.123]",
        "东经120.123°，北纬30.456°",
        "北纬：30.456，东经：120.123",
        "经度120.123、纬度30.456",
        "N30.456 E120.123",
        "30.456N, 120.123E",
        "120°7′22.8″,30°27′21.6″",
        "120°7'22.8\"E 30°27'21.6\"N",
        "30度27分21.6秒 120度7分22.8秒",
        "北纬30°27.36′ 东经120°7.38′",
        "１２０．１２３，３０．４５６",
        "POINT(120.123 30.456)",
        "point ( 120.123 30.456 )",
        "SRID=4490;POINT(120.123 30.456)",
        '{"type":"Point","coordinates":[120.123,30.456]}',
        '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[120.123,30.456]}}',
    ],
)
def test_one_position_in_every_writing(text: str) -> None:
    assert read("point", text) == {"type": "Point", "coordinates": [120.123, 30.456], "source": "CGCS2000"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("30,40", "不在中国范围内"),
        ("120,121", "不在中国范围内"),
        ("-120,30", "只用东经和北纬"),
        ("120W,30N", "只用东经和北纬"),
        ("南纬30 东经120", "只用东经和北纬"),
        ("E120,E30", "写了两个经度"),
        ("东经120N 30", "既是经度又是纬度"),
        ("北纬120.5，东经30.5", "写反了"),
        ("120°61′,30°", "应小于 60"),
        ("120.5°30′,30°", "应是整数"),
        ("POINT(30.2 120.1)", "写反了"),
        ("POINT(120.1)", "不是一个位置"),
        ("POINT Z (120 30 5)", "不要高程"),
        ("POINT(120 x)", "看不懂的数"),
        ("POINT(nan 30)", "不是一个位置"),
        ("SRID=4326;POINT(120 30)", "请先转换"),
        ("SRID=4547;POINT(120 30)", "EPSG:4547"),
        ('{"type":"Point"', "GeoJSON 写法不对"),
        ('{"type":"Point","coordinates":[120,30,5]}', "不是一个位置"),
        ('{"type":"Point","coordinates":["120","30"]}', "不是一个位置"),
        ('{"type":"Point","coordinates":[true,30]}', "不是一个位置"),
        ('{"a":1}', "没有图形"),
        ("LINESTRING(120 30, 121 31)", "写的是线"),
        ("县政府门口", "不是经纬度"),
        ("120,30,5", "不是经纬度"),
        (120.5, "不是图形"),
    ],
)
def test_what_is_no_position_is_refused_with_the_reason(text: Any, why: str) -> None:
    assert why in refusal("point", text)


@given(POSITIONS)
def test_the_order_does_not_matter_and_a_millimetre_is_kept(at: tuple[float, float]) -> None:
    kept = [read("point", f"{one:.10f},{other:.10f}")["coordinates"] for one, other in (at, at[::-1])]
    assert kept[0] == kept[1]
    assert all(abs(a - b) <= 0.6e-8 for a, b in zip(kept[0], at, strict=True))


@given(st.integers(73 * 3600, 136 * 3600 - 1), st.integers(3 * 3600, 54 * 3600 - 1))
def test_degrees_minutes_seconds(longitude: int, latitude: int) -> None:
    def written(seconds: int) -> str:
        return f"{seconds // 3600}°{seconds // 60 % 60}′{seconds % 60}″"

    kept = read("point", f"{written(latitude)} {written(longitude)}")["coordinates"]
    assert [Decimal(repr(part)) for part in kept] == [
        (Decimal(seconds) / 3600).quantize(Decimal("1e-8")) for seconds in (longitude, latitude)
    ]


def test_the_system_that_it_came_in_is_kept() -> None:
    assert read("point", "120,30", datum="wgs84")["source"] == "WGS84"
    kept = read("line", "SRID=4326;LINESTRING(120 30, 121 31)", datum="wgs84")
    assert kept == {"type": "LineString", "coordinates": [[120.0, 30.0], [121.0, 31.0]], "source": "WGS84"}


@given(RINGS, RINGS)
def test_a_polygon_is_the_same_from_wkt_and_from_geojson(border: list[Any], hole: list[Any]) -> None:
    geometry = {"type": "Polygon", "coordinates": [border, hole]}
    from_json = read("polygon", orjson.dumps(geometry).decode())
    rings = ", ".join("(" + ", ".join(f"{x!r} {y!r}" for x, y in ring) + ")" for ring in (border, hole))
    assert from_json == read("polygon", f"POLYGON ({rings})") == read("polygon", geometry)
    assert read("polygon", from_json) == from_json


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("line", "LINESTRING(120 30)", "两个不同的点"),
        ("line", "LINESTRING(120 30, 120 30)", "两个不同的点"),
        ("line", "LINESTRING((120 30, 121 31))", "括号"),
        ("line", '{"type":"LineString","coordinates":5}', "层次不对"),
        ("polygon", "POLYGON((120 30, 121 30, 121 31))", "至少要 4 个点"),
        ("polygon", "POLYGON((120 30, 121 30, 121 31, 120 31))", "没有闭合"),
        ("polygon", "POLYGON((120 30, 121 30, 122 30, 120 30))", "面积为零"),
        ("polygon", "POLYGON((120 30, 120 30, 120 30, 120 30))", "面积为零"),
        ("polygon", "POLYGON(120 30, 121 30, 121 31, 120 30)", "应形如"),
        ("polygon", "POLYGON((130 30, 140 30, 140 31, 130 30))", "不在中国范围内"),
        ("polygon", '{"type":"Polygon","coordinates":[]}', "一圈或几圈"),
        ("polygon", "MULTIPOLYGON(((120 30, 121 30, 121 31, 120 30)))", "MULTIPOLYGON"),
        ("polygon", "P" * 1_000_001, "最多 1000000 个字"),
    ],
)
def test_a_faulty_shape_is_refused_with_the_reason(kind: str, text: str, why: str) -> None:
    assert why in refusal(kind, text)


def test_at_most_ten_thousand_vertices() -> None:
    ring = [[120 + n / 1e5, 30 + n % 7 / 1e5] for n in range(9_999)]
    ring.append(ring[0])
    assert len(read("polygon", {"type": "Polygon", "coordinates": [ring]})["coordinates"][0]) == 10_000
    ring.insert(1, [119.0, 30.0])
    assert "有 10001 个点" in refusal("polygon", {"type": "Polygon", "coordinates": [ring]})
    assert "有 14 个点" not in refusal("polygon", {"type": "Polygon", "coordinates": [SQUARE] * 2_501})


def test_what_does_not_fit_a_cell_says_so_and_is_not_read_back_as_something_else() -> None:
    ring = [[120 + n / 1e5, 30 + n % 7 / 1e5] for n in range(3_000)]
    value = read("polygon", {"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    field = spec("polygon")
    cell = BY_CODE["polygon"].cell(value, field, LOOKUP)
    assert cell == "面（3,000 个顶点）：坐标太长，一格放不下，请在记录页查看"
    assert "不是图形" in refusal("polygon", cell)
    assert read("polygon", BY_CODE["polygon"].entry(value, field, LOOKUP)) == value
