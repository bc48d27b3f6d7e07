"""Dates in every form that offices write, made from a date and read back; and the exact reason for every refusal."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards import date_formats
from bihuan.standards.chinese_dates import parse, parse_date, parse_datetime
from bihuan.standards.problem import Refused

dates = st.dates(date(1000, 1, 1), date(9999, 12, 31))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0))
FULL_WIDTH = str.maketrans("0123456789-/.:", "０１２３４５６７８９－／．：")

DATE_FORMS = {
    "iso": lambda d: f"{d:%Y-%m-%d}",
    "short": lambda d: f"{d.year}-{d.month}-{d.day}",
    "dots": lambda d: f"{d.year}.{d.month}.{d.day}",
    "slashes": lambda d: f"{d.year}/{d.month:02}/{d.day:02}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "document": date_formats.document,
    "spaced": lambda d: f" {d.year} 年 {d.month} 月 {d.day} 日 ",
    "no last character": lambda d: f"{d.year}年{d.month}月{d.day}",
    "weekday": date_formats.with_weekday,
    "characters": date_formats.characters,
    "cheque": date_formats.cheque,
    "full width": lambda d: f"{d:%Y-%m-%d}".translate(FULL_WIDTH),
    "german dash": lambda d: f"{d.year}–{d.month}–{d.day}",
}
TIME_FORMS = {
    "iso": lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    "T": lambda t: f"{t:%Y-%m-%dT%H:%M:%S}",
    "short": lambda t: f"{t.year}.{t.month}.{t.day} {t.hour}:{t.minute:02}:{t.second:02}",
    "compact": lambda t: f"{t:%Y%m%d%H%M%S}",
    "document": lambda t: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分{t.second}秒",
    "half day": lambda t: (
        f"{t.year}/{t.month}/{t.day} {'上午' if t.hour < 12 else '下午'}"
        f"{t.hour if t.hour < 12 else t.hour - 12 or 12}:{t.minute:02}:{t.second:02}"
    ),
    "am pm": lambda t: (
        f"{t.year}-{t.month}-{t.day} {t.hour % 12 or 12}:{t.minute:02}:{t.second:02} {'AP'[t.hour > 11]}M"
    ),
    "full width": lambda t: f"{t:%Y/%m/%d %H:%M:%S}".translate(FULL_WIDTH),
}


@pytest.mark.parametrize("form", DATE_FORMS)
@given(day=dates)
def test_every_form_of_a_date_is_read(form, day):
    assert parse(DATE_FORMS[form](day)) == day


@pytest.mark.parametrize("form", TIME_FORMS)
@given(moment=moments)
def test_every_form_of_a_moment_is_read(form, moment):
    assert parse(TIME_FORMS[form](moment)) == moment


@given(moments)
def test_iso_is_its_own_inverse(moment):
    assert parse(date_formats.iso(moment)) == moment
    assert parse(date_formats.iso(moment.date())) == moment.date()


@given(moments, st.sampled_from(["mdy", "dmy"]))
def test_the_orders_with_the_year_last(moment, order):
    text = moment.strftime("%m/%d/%Y %I:%M:%S %p" if order == "mdy" else "%d/%m/%Y %I:%M:%S %p")
    assert parse(text, order=order) == moment


@given(st.integers(1, 12), st.integers(1, 31), st.integers(1000, 9999))
def test_without_an_order_only_what_is_clear_is_read(a, b, year):
    text = f"{a}/{b}/{year}"
    if b > 12:
        try:
            assert parse(text) == date(year, a, b)
        except Refused as refusal:
            assert refusal.problem.code == "day"
    elif a == b:
        assert parse(text) == date(year, a, a)
    else:
        with pytest.raises(Refused, match=f"分不清是 {a} 月 {b} 日还是 {b} 月 {a} 日"):
            parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-03-05T14:30:00+08:00", datetime(2024, 3, 5, 14, 30, tzinfo=timezone(timedelta(hours=8)))),
        ("2024-03-05T06:30:00Z", datetime(2024, 3, 5, 6, 30, tzinfo=UTC)),
        (
            "2024-03-05 14:30:00.250-0330",
            datetime(2024, 3, 5, 14, 30, 0, 250000, timezone(-timedelta(hours=3.5))),
        ),
        ("2024-03-05T14:30+08", datetime(2024, 3, 5, 14, 30, tzinfo=timezone(timedelta(hours=8)))),
        ("2024.3.5 14:30", datetime(2024, 3, 5, 14, 30)),
        ("2024年3月5日下午2时半", datetime(2024, 3, 5, 14, 30)),
        ("2024年3月5日（星期二）上午九点三十分", datetime(2024, 3, 5, 9, 30)),
        ("2024年3月5日 周二 9时整", datetime(2024, 3, 5, 9, 0)),
        ("2024年3月5日下午14:30", datetime(2024, 3, 5, 14, 30)),
        ("202403051430", datetime(2024, 3, 5, 14, 30)),
        ("2024-03-05 00:00:00", datetime(2024, 3, 5)),
        ("2024.3.5.", date(2024, 3, 5)),
        ("2024年3月5号", date(2024, 3, 5)),
        ("二O二四年三月五日", date(2024, 3, 5)),
        ("二○二四年十二月廿五日", date(2024, 12, 25)),
        ("贰零贰肆年零壹月壹拾伍日", date(2024, 1, 15)),
        ("25/12/2011", date(2011, 12, 25)),
        ("3-5-2024 12:00 AM", None),
    ],
)
def test_read(text, value):
    if value is None:
        with pytest.raises(Refused):
            parse(text)
        value = parse(text, order="mdy")
        assert value == datetime(2024, 3, 5)
    else:
        assert parse(text) == value
        assert type(parse(text)) is type(value)


@pytest.mark.parametrize(
    "text", ["2024年3月", "2024-03", "2024.03", "2024/3", "202403", "二〇二四年三月", "2024年3月份"]
)
def test_a_whole_month(text):
    assert parse(text) == date(2024, 3, 1)
    assert parse(text, whole_month="last") == date(2024, 3, 31)
    with pytest.raises(Refused, match="只写到月"):
        parse(text, whole_month="refuse")


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "empty", "日期为空"),
        ("2024-02-30", "day", "2 月没有 30 日（2024 年 2 月只有 29 天）"),
        ("2023.2.29", "day", "2 月没有 29 日（2023 年 2 月只有 28 天）"),
        ("20240431", "day", "4 月没有 31 日"),
        ("2024-13-01", "month", "没有 13 月"),
        ("2024年0月5日", "month", "没有 0 月"),
        ("0000-01-01", "year", "年份 0"),
        ("2024-03-05 24:00", "hour", "次日 0 时"),
        ("2024-03-05 25:00:00", "time", "没有 25 时 0 分 0 秒"),
        ("2024-03-05 12:60:00", "time", "没有 12 时 60 分"),
        ("2024-03-05 13:00 PM", "hour", "1 至 12 之间，现为 13"),
        ("2024-03-05 上午12:00", "hour", "上午的小时"),
        ("2024-03-05 14", "time", "时刻“14”看不懂"),
        ("2024-03-05 14:30+15:00", "zone", "时差"),
        ("2024-03-05前", "time", "时刻“前”看不懂"),
        ("24.3.5", "short-year", "年份只有两位"),
        ("3月5日", "no-year", "缺少年份"),
        ("03-05", "no-year", "缺少年份"),
        ("45356", "serial", "日期序号（2024-03-05）"),
        ("2024.1", "ambiguous", "10 月"),
        ("2024年3月5日（星期三）", "weekday", "是星期二，不是星期三"),
        ("2024-3/5", "form", "应形如"),
        ("明天", "form", "应形如"),
        ("2024", "form", "应形如"),
        ("x" * 61, "form", "过长"),
    ],
)
def test_the_reason_is_exact(text, code, words):
    with pytest.raises(Refused) as caught:
        parse(text)
    assert caught.value.problem.code == code
    assert words in str(caught.value)
    assert text[:20] in str(caught.value) or code in ("empty", "form")


@given(st.text(max_size=30) | st.text("0123456789-/.:年月日时分上下午 TZ+二〇十AMP星期", max_size=24))
def test_any_text_gives_a_date_or_a_reason(text):
    try:
        assert isinstance(parse(text), date)
    except Refused as refusal:
        assert refusal.problem.message


@given(st.integers(1, 9999), st.integers(0, 14), st.integers(0, 33))
def test_only_days_that_exist_are_read(year, month, day):
    try:
        wanted = date(year, month, day)
    except ValueError:
        with pytest.raises(Refused):
            parse(f"{year:04}-{month:02}-{day:02}")
    else:
        assert parse(f"{year:04}-{month:02}-{day:02}") == wanted


def test_the_year_of_a_date_without_one():
    assert parse("3月5日", year=2024) == date(2024, 3, 5)
    assert parse("03-05 14:30", year=2024) == datetime(2024, 3, 5, 14, 30)
    with pytest.raises(Refused, match="2 月没有 29 日"):
        parse("2月29日", year=2023)


def test_parse_date_loses_no_time():
    assert parse_date("2024-03-05 00:00:00") == date(2024, 3, 5)
    assert type(parse_date("2024-03-05 00:00:00")) is date
    with pytest.raises(Refused, match="带有时刻 14:30:00"):
        parse_date("2024-03-05 14:30:00")


def test_parse_datetime_adds_midnight():
    assert parse_datetime("2024.3.5") == datetime(2024, 3, 5)
    assert parse_datetime("2024-03-05 14:30:00") == datetime(2024, 3, 5, 14, 30)


def test_formats():
    day = date(2024, 3, 5)
    assert date_formats.document(day) == "2024年3月5日"
    assert date_formats.with_weekday(day) == "2024年3月5日（星期二）"
    assert date_formats.characters(date(2010, 12, 20)) == "二〇一〇年十二月二十日"
    assert date_formats.iso(datetime(2024, 3, 5, 14, 30)) == "2024-03-05 14:30:00"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        # 附一 六: the examples of the rule are 15 January and 20 October.
        (date(2024, 1, 15), "贰零贰肆年零壹月壹拾伍日"),
        (date(2024, 10, 20), "贰零贰肆年零壹拾月零贰拾日"),
        (date(2024, 3, 5), "贰零贰肆年叁月零伍日"),
        (date(2024, 2, 10), "贰零贰肆年零贰月零壹拾日"),
        (date(2024, 12, 30), "贰零贰肆年壹拾贰月零叁拾日"),
        (date(2024, 11, 11), "贰零贰肆年壹拾壹月壹拾壹日"),
    ],
)
def test_cheque_dates(day, text):
    assert date_formats.cheque(day) == text
