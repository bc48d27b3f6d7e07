"""What expressions mean, on the record of `sample.py`."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bihuan.expression import evaluate
from bihuan.expression.texts import is_like
from tests.expression.engines import same
from tests.expression.examples import ALL
from tests.expression.sample import NOW, TODAY, check, value

D = Decimal

CASES = [(text, record, expected) for record, examples in ALL for text, expected in examples]


@pytest.mark.parametrize("text, record, expected", CASES, ids=[text for text, _, _ in CASES])
def test_examples(text: str, record: dict[str, object], expected: object) -> None:
    found = evaluate(check(text), record, today=TODAY, now=NOW)
    assert same(found, expected), found


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
