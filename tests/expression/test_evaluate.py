"""What expressions mean, on the record of `sample.py`."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bihuan.expression import evaluate
from bihuan.expression.texts import is_like
from tests.expression.sample import NOW, TODAY, check, value

D = Decimal


@pytest.mark.parametrize(
    "text, expected",
    [
        ("备注 = 备注", None),
        ("备注 is null and 备注 = 'a'", None),
        ("备注 = 'a' and 1 = 2", False),
        ("备注 = 'a' or 1 = 1", True),
        ("not 备注 = 'a'", None),
        ("备注 in ('a', 'b')", None),
        ("1 in (2, 天数)", None),
        ("1 in (1, 天数)", True),
        ("1 not in (2, 天数)", None),
        ("1 between 2 and 天数", False),
        ("3 between 2 and 天数", None),
        ("备注 like '%'", None),
        ("contains(备注, '')", None),
        ("天数 + 1", None),
        ("天数 / 0.5", None),
        ("concat(备注, 'a', 备注)", "a"),
        ("coalesce(备注, 责任人, 'z')", "z"),
        ("least(天数, 5, 3)", 3),
        ("greatest(天数, 天数)", None),
        ("is_blank(备注) and is_blank(标签) and is_blank(天数)", True),
        ("has(标签, '违法')", False),
        ("case when 备注 = 'a' then 1 else 2 end", 2),
        ("case when 备注 = 'a' then 1 end", None),
        ("nullif(1, 天数)", 1),
    ],
)
def test_what_is_blank_is_unknown(text: str, expected: object) -> None:
    assert evaluate(check(text), {}, today=TODAY, now=NOW) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("1 / 3", D("0.333333")),
        ("2 / 3", D("0.666667")),
        ("-2 / 3", D("-0.666667")),
        ("1 / 2000000", D("0.000001")),
        ("-1 / 2000000", D("-0.000001")),
        ("1 / 2000001", D("0.000000")),
        ("天数 / (天数 - 30)", None),
        ("0.1 + 0.2 = 0.3", True),
        ("1.10 * 1.10", D("1.2100")),
        ("999999999999999999 + 1", 10**18),
        ("999999999999999999 * 999999999999999999", 999999999999999998000000000000000001),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.345, 2)", D("2.35")),
        ("round(1.5, 3)", D("1.5")),
        ("round(-0.4)", 0),
        ("floor(-1.5)", -2),
        ("ceil(-1.5)", -1),
        ("abs(-1.50)", D("1.50")),
        ("- 天数", -30),
        ("text(金额)", "150.50"),
        ("text(-0.40 * 0)", "0.00"),
        ("text(天数)", "30"),
        ("number(' 12.5 ')", D("12.500000")),
        ("number('１２')", None),
        ("number('1e5')", None),
        ("number('')", None),
    ],
)
def test_numbers_are_exact(text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)
    assert str(found) == str(expected)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("add_months('2024-01-31', 1)", date(2024, 2, 29)),
        ("add_months('2023-03-31', -1)", date(2023, 2, 28)),
        ("add_months('2024-02-29', 12)", date(2025, 2, 28)),
        ("add_months('9999-12-31', 1)", None),
        ("add_days('0001-01-01', -1)", None),
        ("add_days('2024-02-28', 2)", date(2024, 3, 1)),
        ("add_days('2024-02-28', 999999999999999999)", None),
        ("days_between('2024-02-28', '2024-03-01')", 2),
        ("days_between('2024-03-01', '2024-02-28')", -2),
        ("date(上报时间)", date(2026, 1, 2)),  # 20:00 UTC is four in the morning in the county
        ("year(上报时间)", 2026),
        ("day(上报时间)", 2),
        ("quarter('2026-10-01')", 4),
        ("today()", TODAY),
        ("now()", NOW),
        ("text(发现日期)", "2024-02-29"),
        ("text(上报时间)", "2026-01-02 04:00:00"),
        ("上报时间 = '2026-01-02 04:00'", True),
        ("least(期限, '2026-02-01')", date(2026, 2, 1)),
    ],
)
def test_dates(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("length('中文😀')", 3),
        ("substr('中文字', 2)", "文字"),
        ("substr('中文字', 2, 1)", "文"),
        ("substr('中', 3, 1)", ""),
        ("upper('aé中')", "Aé中"),
        ("lower('AÉ')", "aÉ"),
        ("trim('　 a b \t')", "a b"),
        ("'a' < 'B'", False),
        ("'Z' < 'a' and 'z' < '中'", True),
        ("'ABC' like 'a%'", False),
        ("text(是否重大)", "是"),
        ("text(状态)", "cleared"),
        ("责任人 = '王''五'", True),
        ("has(标签, '资金') and not has(标签, '迟报')", True),
        ("is_blank(栏目) and 栏目 is not null", True),
        ("标签", ("law", "money")),
    ],
)
def test_texts(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text, pattern, expected",
    [
        ("", "", True),
        ("", "%", True),
        ("", "_", False),
        ("abc", "a%c", True),
        ("abc", "a_c", True),
        ("abc", "a_", False),
        ("abcbc", "a%bc", True),
        ("abcbd", "a%bc", False),
        ("a%c", "a\\%c", True),
        ("abc", "a\\%c", False),
        ("a\\c", "a\\\\c", True),
        ("ab", "\\ab", True),
        ("x\ny", "x%y", True),
        ("aab", "%%a_b", True),
        ("aab", "%a_", True),
    ],
)
def test_like(text: str, pattern: str, expected: bool) -> None:
    assert is_like(text, pattern) is expected


def test_no_pattern_stalls() -> None:
    assert not is_like("a" * 3000, "%a" * 500 + "b")


@pytest.mark.parametrize(
    "stored, given",
    [
        ("amount", 150.5),
        ("amount", "150.5"),
        ("amount", D("150.50")),
        ("found", date(2024, 2, 29)),
        ("reported", datetime(2026, 1, 1, 20, tzinfo=UTC)),
        ("reported", "2026-01-02T04:00:00+08:00"),
        ("tags", ("law", "money")),
    ],
)
def test_values_may_be_stored_or_of_python(stored: str, given: object) -> None:
    titles = {"amount": "金额 = 150.5", "found": "发现日期 = '2024-02-29'"}
    more = {"reported": "上报时间 = '2026-01-02 04:00'", "tags": "has(标签, 'money')"}
    assert value((titles | more)[stored], **{stored: given}) is True


@pytest.mark.parametrize(
    "text, given",
    [
        ("金额 > 1", {"amount": "很多"}),
        ("金额 > 1", {"amount": float("nan")}),
        ("金额 > 1", {"amount": True}),
        ("发现日期 is null", {"found": "2026-02-30"}),
        ("发现日期 is null", {"found": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("上报时间 is null", {"reported": "2026-01-01T00:00:00"}),
        ("上报时间 is null", {"reported": "9999-12-31T23:00:00Z"}),
        ("是否重大", {"major": "true"}),
        ("备注 is null", {"note": 5}),
        ("标签 is null", {"tags": "law"}),
    ],
)
def test_a_value_of_another_kind_is_refused(text: str, given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"的值 .* 不是"):
        value(text, **given)


def test_now_must_know_its_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        evaluate(check("now() > 上报时间"), {}, today=TODAY, now=datetime(2026, 1, 1))
