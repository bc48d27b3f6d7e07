"""Seeded faults are found, and right texts raise no alarm."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from bihuan.report.number_check import (
    Block,
    Cell,
    Finding,
    Matcher,
    Number,
    Period,
    Subject,
    Told,
    check_arithmetic,
    check_dates,
    check_table_sums,
    find_numbers,
    judge,
    read_lines,
)

AS_OF = date(2024, 8, 20)
_THINGS = ("噪声投诉", "违法建设", "占道经营", "重大隐患", "审计问题", "信访事项", "闲置土地", "欠薪线索")
_TOWNS = ("城关镇", "青溪镇", "白石乡", "南湖街道")


def findings(text: str) -> list[Finding]:
    blocks = [Block(index, str(index), line) for index, line in enumerate(text.splitlines())]
    return [*check_arithmetic(list(find_numbers(blocks, AS_OF))), *check_dates(blocks, AS_OF)]


def _parts(dice: random.Random, count: int) -> list[int]:
    return [dice.randint(11, 400) for _ in range(count)]


def right_text(seed: int) -> str:
    """A paragraph in which everything adds up; ten numbers."""
    dice = random.Random(seed)
    thing, other = dice.sample(_THINGS, 2)
    a, b, c = _parts(dice, 3)
    total, part = a + b + c, dice.randint(20, 90)
    whole = part * dice.randint(2, 5)
    share = f"{part / whole:.1%}"
    return (
        f"2024年，全县共受理{thing}{total}件，其中{_TOWNS[0]}{a}件、{_TOWNS[1]}{b}件、{_TOWNS[2]}{c}件。\n"
        f"上半年，共查处{other}{whole}起，其中当场整改{part}起，占{share}。\n"
        f"截至2024年7月31日，完成投资{dice.randint(100, 999)}.5万元，同比增长{dice.randint(1, 30)}.2%。\n"
        f"按照政发〔2024〕{dice.randint(2, 90)}号文件，培训{dice.randint(10, 99)}人次。\n"
    )


def test_right_numbers_raise_no_alarm() -> None:
    texts = [right_text(seed) for seed in range(20)]
    numbers = sum(len(list(find_numbers([Block(0, "", text)], AS_OF))) for text in texts)
    alarms = [finding for text in texts for finding in findings(text)]
    assert numbers >= 200
    assert alarms == []


def _wrong_total(dice: random.Random) -> tuple[str, str]:
    a, b, c = _parts(dice, 3)
    total = a + b + c + dice.choice([-2, -1, 1, 2])
    return f"全县共受理投诉{total}件，其中噪声{a}件、油烟{b}件、扬尘{c}件。", "sum"


def _wrong_sum_behind(dice: random.Random) -> tuple[str, str]:
    a, b = _parts(dice, 2)
    return f"{_TOWNS[0]}上报问题{a}件，{_TOWNS[1]}上报问题{b}件，合计{a + b + 10}件。", "sum"


def _part_above_total(dice: random.Random) -> tuple[str, str]:
    total = dice.randint(20, 99)
    return f"全年共立案{total}起，其中移送司法{total + dice.randint(1, 9)}起。", "sum"


def _share_above_all(dice: random.Random) -> tuple[str, str]:
    return f"按期办结{dice.randint(10, 99)}件，占{dice.randint(101, 180)}%。", "share"


def _wrong_share(dice: random.Random) -> tuple[str, str]:
    part = dice.randint(20, 60)
    return f"共查处问题{part * 4}起，其中当场整改{part}起，占{25 + dice.choice([-4, 5, 8])}%。", "share"


def _shares_above_all(dice: random.Random) -> tuple[str, str]:
    first = dice.randint(45, 60)
    return f"线上受理占{first}%，电话受理占{100 - first + dice.randint(2, 9)}%。", "share"


def _contradiction(dice: random.Random) -> tuple[str, str]:
    thing, count = dice.choice(_THINGS), dice.randint(100, 900)
    return (
        f"全县整改{thing}{count}件。\n会议指出。\n下一步，在整改{thing}{count + dice.randint(1, 30)}件的基础上推进。",
        "contradiction",
    )


def _unit_slip(dice: random.Random) -> tuple[str, str]:
    count = dice.randint(100, 900)
    return f"全年完成投资{count}万元。\n截至目前完成投资{count}亿元。", "contradiction"


def _stale(dice: random.Random) -> tuple[str, str]:
    day = AS_OF - timedelta(days=dice.randint(40, 300))
    return f"截至{day.year}年{day.month}月{day.day}日，受理投诉{dice.randint(10, 99)}件。", "stale"


_SEEDERS = (
    _wrong_total,
    _wrong_sum_behind,
    _part_above_total,
    _share_above_all,
    _wrong_share,
    _shares_above_all,
    _contradiction,
    _unit_slip,
    _stale,
)


@pytest.mark.parametrize("seeder", _SEEDERS)
@pytest.mark.parametrize("seed", range(8))
def test_a_seeded_fault_is_found(seeder: object, seed: int) -> None:
    text, fault = seeder(random.Random(seed))  # type: ignore[operator]
    assert [finding.fault for finding in findings(text)] == [fault]


def test_a_finding_says_where_and_what() -> None:
    (finding,) = findings("全县共受理投诉100件，其中噪声60件、油烟50件。")
    assert finding.message == "各项 60件、50件 相加是 110件，总数写的是 100件"
    assert (finding.place.start, finding.place.end, len(finding.others)) == (7, 11, 2)


def test_parts_that_are_not_all_are_no_fault() -> None:
    assert findings("全县共受理投诉1000件，其中噪声60件、油烟50件。") == []


def test_rounding_is_no_contradiction() -> None:
    assert findings("全年完成投资3.24亿元。\n完成投资32,358.7万元。") == []


_H1 = Period(date(2024, 1, 1), date(2024, 6, 30))
_YEAR = Period(date(2023, 1, 1), date(2023, 12, 31))


def _number(text: str) -> Number:
    return next(find_numbers([Block(0, "", text)], AS_OF))


@pytest.mark.parametrize(
    ("text", "judgement", "value"),
    [
        ("2024年上半年受理投诉120件", "right", "120"),
        ("2024年上半年受理投诉121件", "wrong", "120"),
        ("2024年上半年受理投诉300件", "out_of_date", "120"),
        ("2023年受理投诉300件", "right", "300"),
        ("2024年上半年完成投资1.2亿元", "right", "11987.5"),
        ("2024年上半年完成投资1.3亿元", "wrong", "1.2"),
        ("2024年上半年种树50棵", "unknown", None),
        ("2024年上半年受理投诉120万元", "wrong", "120"),
    ],
)
def test_a_number_is_judged_by_the_figure_it_means(text: str, judgement: str, value: str | None) -> None:
    calls, spent = (
        Subject("a", "受理投诉", ("受理投诉",), "件"),
        Subject("b", "固定资产投资", ("固定资产投资", "完成投资"), "万元"),
    )
    known = {("a", _H1): "120", ("a", _YEAR): "300", ("b", _H1): "11987.5"}

    def values(cell: Cell) -> tuple[Told, ...]:
        period = cell.period or _H1
        asked = _YEAR if cell.then == "earlier" else period
        found = known.get((cell.subject.figure, asked))
        return (Told(Fraction(found), Decimal(found), asked),) if found else ()

    number = _number(text)
    (match,) = Matcher((calls, spent), {}).match_all([number])
    verdict = judge(number, match, values)
    assert verdict.judgement == judgement
    assert verdict.right == (value and Decimal(value))


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("今年接待来访320批，去年同期为250批，增长28%。", "今年接待来访320批，去年同期为250批，增长38%。", "sum"),
        ("罚没收入由上年的64万元增加到80万元，增幅25%。", "罚没收入由上年的64万元增加到80万元，增幅35%。", "sum"),
        ("拆除面积5657平方米，约合8.5亩。", "拆除面积5657平方米，约合17亩。", "sum"),
        ("应检单位250家，已检225家，检查覆盖率90%。", "应检单位250家，已检225家，检查覆盖率85%。", "share"),
        ("群众满意率98.5%。", "群众满意率108.5%。", "share"),
    ],
)
def test_changes_conversions_and_rates(right: str, wrong: str, fault: str) -> None:
    assert check_arithmetic(list(find_numbers(read_lines(right), date(2026, 11, 25)))) == []
    found = check_arithmetic(list(find_numbers(read_lines(wrong), date(2026, 11, 25))))
    assert [one.fault for one in found] == [fault]


@pytest.mark.parametrize("bar", ["|", "｜", "\t", "  "])
def test_the_total_of_a_column_is_held_against_its_rows(bar: str) -> None:
    for total, many in (("250", 0), ("260", 1)):
        rows = (("类别", "件数"), ("咨询", "120"), ("求助", "85"), ("投诉", "45"), ("合计", total))
        blocks = read_lines("\n".join(bar.join(row) for row in rows))
        assert len(list(check_table_sums(blocks, list(find_numbers(blocks))))) == many
