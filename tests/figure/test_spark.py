"""Spark counts what a plain fold counts, in one county and over the lakes of two, to the same digits."""

import json
import os
import shutil
import subprocess
import sys
from copy import copy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.base.home import room
from bihuan.cli.counties import named_counties
from bihuan.figure.actions import Entered, enter_external
from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.installing import install_figures
from bihuan.figure.lake.absorbing import folder_of, fresh_snapshot
from bihuan.figure.lake.beside import NAME, write_beside
from bihuan.figure.lake.files import DamagedLake
from bihuan.figure.lake.manifest import read_manifest
from bihuan.figure.measure import Function
from bihuan.figure.models import Figure
from bihuan.figure.names import LedgerView
from bihuan.figure.period import Period, parse_period
from bihuan.figure.plan import placed
from bihuan.figure.queries import ask
from bihuan.figure.resolved import Base
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.models import Ledger
from bihuan.org.actions import end_unit
from tests.cast import Cast, examples, undone
from tests.expression.by_spark import test_spark_on_examples, test_spark_says_what_python_says
from tests.figure import naive
from tests.figure.sample import DERIVED, FIGURES, TWICE, hours
from tests.figure.test_doubled import known_values, write_two
from tests.figure.test_oracle import expect_same
from tests.figure.test_oracle_parts import AXES, expect_parts
from tests.figure.worlds import LOOP, OTHER, SPEC, START, VIEW, Writer, history, make_ledger
from tests.outside import REPOSITORY
from tests.spark import FEW, quiet, spark

__all__ = ["spark", "test_spark_on_examples", "test_spark_says_what_python_says"]
pytestmark = [pytest.mark.long, pytest.mark.outside, pytest.mark.lake, quiet]

THOROUGH = os.environ.get("BIHUAN_THOROUGH") == "1"
CLOCKS = Clocks(hours(1_500), hours(2_000))
WINTER = parse_period("2026-01..2026-02", CLOCKS.day)
CODES = sorted(FIGURES) if THOROUGH else sorted({*sorted(FIGURES)[::7], "demo.f42", "demo.f60", "demo.t1"})
"""In short a few of each measure and time; demo.f42 counts units, whose ids two counties share."""
VIEWS = {VIEW.code: VIEW, "demo.other": LedgerView("demo.other", OTHER, None)}


@pytest.mark.parametrize("seed", range(20) if THOROUGH else (5,))
def test_spark_says_what_the_events_say(spark: Any, cast: Cast, seed: int) -> None:
    from bihuan.figure.spark.engine import spark_runner

    ledger = make_ledger(cast.office)
    writer, changes = Writer(ledger), history(seed, [cast.town.pk, cast.village.pk])
    writer.write(changes[:50])
    fresh_snapshot(ledger, VIEW)
    writer.write(changes[50:])
    assert expect_same(cast, ledger, CODES, [WINTER], CLOCKS, [None, cast.town.pk], spark_runner(spark))
    if THOROUGH:  # parts take many small readings, each of which costs Spark a second
        some = {
            code: FIGURES[code] for code in Random(seed).sample(sorted(FIGURES), 2) if not code.startswith("demo.t")
        }
        with clock.fixed(START):
            install_figures(pack="demo", specs=some, owner=cast.office, origin="pack")
        expect_parts(cast, ledger, list(some), AXES[seed % len(AXES)], [WINTER], CLOCKS, spark_runner(spark))


Counties = list[tuple[Path, naive.Past]]


@pytest.fixture
def counties(cast: Cast, tmp_path: Path) -> Counties:
    """Two counties' lakes and pasts. The second has the records of the first, with the same ids, and more."""
    ledger = make_ledger(cast.office)
    writer, changes = Writer(ledger), history(11, [cast.town.pk, cast.village.pk])
    made = []
    for name, portion in (("one", changes[:40]), ("other", changes[40:])):
        writer.write(portion)
        fresh_snapshot(ledger, VIEW)
        shutil.copytree(folder_of(ledger), tmp_path / name / ledger.code)
        made.append((tmp_path / name, naive.Past(ledger)))
    return made


Told = tuple[Fraction | None, int]


def expected(base: Base, pasts: list[naive.Past], period: Period) -> list[Told]:
    """The value and how many records, of each county and of all together; units are told apart in each county."""
    at = (placed(base, period), CLOCKS.as_of, CLOCKS.known_at)
    if base.function is Function.SHARE:
        shares = [naive.share_of_time(base, past, None, *at) for past in [*pasts, one_past(pasts)]]
        counts = [len(records) for _, records in shares[:-1]]
        return [(share, count) for (share, _), count in zip(shares, [*counts, sum(counts)], strict=True)]
    rows = [naive.counted(base, past, None, *at) for past in pasts]
    each = [naive.value_of(base, own, own) for own in rows]
    whole = [row for own in rows for row in own]
    is_own = base.spec.measure == "distinct(unit)"
    total = sum(each, Fraction()) if is_own else naive.value_of(base, whole, whole)
    return [*zip(each, map(len, rows), strict=True), (total, len(whole))]


def one_past(pasts: list[naive.Past]) -> naive.Past:
    """All events one after another; a record is what lies side by side."""
    whole = copy(pasts[0])
    whole.events = [event for past in pasts for event in past.events]
    whole.payloads = {pk: payload for past in pasts for pk, payload in past.payloads.items()}
    return whole


def test_counties_and_their_total(spark: Any, cast: Cast, counties: Counties) -> None:
    from bihuan.figure.spark.counties import ask_counties
    from bihuan.figure.spark.lakes import County

    catalogue = Catalogue(given=FIGURES | DERIVED)
    figures = catalogue.with_parts([*CODES, "demo.ratio", "demo.place"])
    named = [County(folder.name, str(folder)) for folder, _ in counties]
    periods = [WINTER, parse_period("2026-02", CLOCKS.day)]  # they end on one day, so that no clock is asked twice
    found = ask_counties(spark, list(figures), periods, CLOCKS, figures, named)
    for code in CODES:
        base = catalogue[code]
        assert isinstance(base, Base)
        for period in periods:
            for at, told in zip((0, 1, None), expected(base, [past for _, past in counties], period), strict=True):
                value = found.value(code, period, at)
                assert (value.number, value.records) == told, (code, period.code, at)
    above, below = (found.value(code, WINTER, None).number for code in ("demo.f1", "demo.f0"))
    assert found.value("demo.ratio", WINTER, None).number == above / below * 100
    assert [found.value("demo.place", WINTER, index).number for index in (0, 1)] == [2, 1]


LESS = {"demo.less": FigureSpec.model_validate({"title": "差", "difference": "d_name - d_day"})}


@examples(2)
@given(seed=st.integers(0, 2**32))
def test_what_is_doubled_in_a_county_and_among_all(spark: Any, cast: Cast, tmp_path: Path, seed: int) -> None:
    """A value once in each of two counties is double in the whole; numbers and units are never another county's."""
    from bihuan.figure.spark.counties import ask_counties
    from bihuan.figure.spark.engine import spark_runner
    from bihuan.figure.spark.lakes import County

    dice = Random(seed)
    clocks = Clocks(hours(dice.randint(100, 500)), hours(dice.randint(200, 500)))
    codes = [*dice.sample(sorted(TWICE), 10 if THOROUGH else 2), "demo.less"]
    with undone():
        worlds, named = [], []
        for at in range(dice.randint(1, 3)):
            with undone():
                worlds.append(write_two(cast, seed + 10 * at, dice.choice([0, 4, 7])))
                if not at:
                    asked = Question((codes[0],), (WINTER,), clocks)
                    ours, theirs = (
                        answer(asked, reach=None, given=Catalogue(given=TWICE), runner=engine).value(
                            codes[0], cast.town.pk, WINTER
                        )
                        for engine in (None, spark_runner(spark))
                    )
                    assert theirs == ours
                folder = Path(mkdtemp(dir=tmp_path)) / "甲县 [湖]"
                for ledger in Ledger.objects.filter(code__in=worlds[0]):
                    fresh_snapshot(ledger, VIEWS[ledger.code])
                    shutil.copytree(folder_of(ledger), folder / ledger.code)
                    shutil.rmtree(folder_of(ledger))
            named.append(County(f"{at}县", str(folder)))
        write_two(cast, seed, 0)
        catalogue = Catalogue(given=TWICE | LESS)
        figures = catalogue.with_parts(codes)
        found = ask_counties(spark, codes, [WINTER], clocks, figures, named)
        for code in (code for code in figures if code in TWICE):
            each = [known_values(code, pasts, None, WINTER, clocks) for pasts in worlds]
            own = code in ("demo.d_number", "demo.d_unit")
            whole = [(at, value) if own else value for at, values in enumerate(each) for value in values]
            for at, values in [*enumerate(each), (None, whole)]:
                value = found.value(code, WINTER, at)
                assert (value.number, value.records) == naive.doubled(values), (code, at)
        for at in (*range(len(named)), None):
            less, name, day = (found.value(f"demo.{one}", WINTER, at).number for one in ("less", "d_name", "d_day"))
            assert less == name - day


def test_what_is_a_county_s_own_adds() -> None:
    pytest.importorskip("pyspark")
    from bihuan.figure.spark.occurring import Occurring, apart

    each = {(1, 0): Occurring(1, 3), (1, 1): Occurring(2, 4)}
    assert apart({(0, None): Occurring(1, 2), (1, None): Occurring(1, 7), **each}) == {
        **each,
        (1, None): Occurring(3, 7),
    }


def test_what_no_record_holds_lies_beside_the_lakes(spark: Any, cast: Cast, counties: Counties) -> None:
    """Values from outside and units, each county's as its own engine says; units add up, what people entered does not."""
    from bihuan.figure.spark.counties import ask_counties
    from bihuan.figure.spark.lakes import County

    shapes = {
        "demo.league": {"external": True, "unit": "名"},
        "demo.towns": {"units": "town"},
        "demo.better": {"difference": "league - towns", "unit": "名"},
    }
    specs = {code: FigureSpec.model_validate({"title": "数", **shape}) for code, shape in shapes.items()}
    install_figures(pack="demo", specs=specs, owner=cast.office, origin="pack")
    league, periods = Figure.objects.get(code="demo.league"), [WINTER, parse_period("2026", CLOCKS.day)]
    expected = []
    for (folder, _), told in zip(counties, ((3, 2), (7,)), strict=True):
        for number in told:
            with clock.fixed(hours(1_000 + number)):
                said = Entered(Decimal(number), "通报", date(2026, 2, 1))
                enter_external(actor=cast["office"], figure=league, unit=None, period=WINTER, entered=said)
        write_beside()
        shutil.copy(room("lake") / NAME, folder / NAME)
        here = ask(list(shapes), periods, CLOCKS, None)
        expected.append({(code, at): here.value(code, None, at).number for code in shapes for at in periods})
        if len(expected) == 1:
            end_unit(unit=cast.other_town, on=date(2026, 1, 20))
    figures = Catalogue().with_parts(list(shapes))
    named = [County(f"{folder.name}县", str(folder)) for folder, _ in counties]
    found = ask_counties(spark, list(shapes), periods, CLOCKS, figures, named)
    for index, own in enumerate(expected):
        assert {key: found.value(*key, index).number for key in own} == own
    assert [own["demo.league", WINTER] for own in expected] == [3, 7], "the last that was entered by then"
    total = {code: found.value(code, WINTER, None).number for code in shapes}
    assert total == {"demo.league": None, "demo.better": None, "demo.towns": 3}
    path = counties[1][0] / NAME
    path.write_bytes(path.read_bytes().replace(b"7.0", b"8.0"))
    with pytest.raises(DamagedLake, match=r"other县.*bihuan lake update"):
        ask_counties(spark, ["demo.league"], periods, CLOCKS, figures, named)
    path.unlink()
    with pytest.raises(DamagedLake, match=r"other县.*bihuan lake update"):
        ask_counties(spark, ["demo.towns"], periods, CLOCKS, figures, named)


def test_a_damaged_lake_of_one_county_is_named(spark: Any, counties: Counties) -> None:
    from bihuan.figure.spark.counties import ask_counties
    from bihuan.figure.spark.lakes import County

    figures = Catalogue(given=FIGURES).with_parts(["demo.f0"])
    named = [County(f"{folder.name}县", str(folder)) for folder, _ in counties]
    lake = counties[1][0] / "demo.thing"
    manifest = read_manifest(lake)
    assert manifest is not None
    path = lake / manifest.files[0].name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DamagedLake, match=r"other县.*缺失、不完整或被改动过"):
        ask_counties(spark, ["demo.f0"], [WINTER], CLOCKS, figures, named)
    path.unlink()
    with pytest.raises(DamagedLake, match=r"other县.*没有找到"):
        ask_counties(spark, ["demo.f0"], [WINTER], CLOCKS, figures, named)
    named[1] = County("远县", "nosuch://far/lake")
    with pytest.raises(DamagedLake, match=r"远县：Spark 读不了 nosuch://far/lake/demo.thing.*nosuch"):
        ask_counties(spark, ["demo.f0"], [WINTER], CLOCKS, figures, named)


@pytest.mark.parametrize(
    "lines, told",
    [
        ("甲县=/data/jia\n甲县=/data/yi", "写了两次：甲县"),
        ("甲县=/data/jia\n乙县=/data/x/../jia/", "写给了两个县.*/data/jia"),
        ("甲县 /data/jia", "应写成 县名=数据湖目录"),
        ("\n \n", "一个县也没有"),
        (b"\xbc\xd7=/data/jia", "不是 UTF-8"),
    ],
)
def test_a_list_of_counties_is_looked_at(tmp_path: Path, lines: str | bytes, told: str) -> None:
    pytest.importorskip("pyspark")
    listed = tmp_path / "counties.txt"
    listed.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
    with pytest.raises(Invalid, match=told):
        named_counties([str(listed)])
    listed.write_text("甲县 = /data/jia\n\n乙县=hdfs://yi/lake\n", encoding="utf-8-sig")
    found = [(county.name, county.folder("a.b")) for county in named_counties([str(listed)])]
    assert found == [("甲县", f"file://{Path('/data/jia/a.b')}"), ("乙县", "hdfs://yi/lake/a.b")]


def test_a_job_of_spark_submit(spark: Any, counties: Counties, tmp_path: Path) -> None:
    """As on a cluster: definitions from packs, no database, a list of counties in a file."""
    pack = tmp_path / "packs" / "demo"
    written = {
        "pack.yaml": {"code": "demo", "title": "示范", "owner": "330999"},
        "ledgers/thing.yaml": _definition(SPEC) | {"loop": "simple"},
        "loops/simple.yaml": _definition(LOOP),
        "figures/all.yaml": {code.partition(".")[2]: _definition(spec) for code, spec in FIGURES.items()},
    }
    for name, content in written.items():
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    listed = tmp_path / "counties.txt"
    listed.write_text("".join(f"{folder.name}县={folder}\n" for folder, _ in counties), encoding="utf-8")
    clocks = ["--period", WINTER.code, "--as-of", CLOCKS.as_of.isoformat(), "--known-at", CLOCKS.known_at.isoformat()]
    job = [str(REPOSITORY / "src/bihuan/cli/cluster/spark_job.py"), "demo.f6", "--packs", str(pack.parent), "--json"]
    submit = [str(Path(sys.executable).parent / "spark-submit"), "--master", "local[2]", *FAST, *job, *clocks]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BIHUAN_", "DJANGO_"))}
    done = subprocess.run(
        [*submit, "--county", str(listed)],
        env=environment | {"PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    base = Catalogue(given=FIGURES)["demo.f6"]
    told = [(cell["county"], Fraction(cell["exact"]), cell["records"]) for cell in json.loads(done.stdout)["values"]]
    numbers = expected(base, [past for _, past in counties], WINTER)
    assert told == [(name, *one) for name, one in zip(("one县", "other县", "合计"), numbers, strict=True)]


def _definition(spec: Any) -> dict[str, Any]:
    return spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)


FAST = ["--driver-java-options", "-XX:TieredStopAtLevel=1", "--conf", "spark.ui.enabled=false"]
FAST += [
    word
    for key, value in FEW.items()
    if key.startswith("spark.sql") and "factory" not in key  # here expressions are compiled, as on a cluster
    for word in ("--conf", f"{key}={value}")
]
