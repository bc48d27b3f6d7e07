"""The packaged files, and the exact reason for each fault of a file."""

from datetime import date

import pytest

from bihuan.standards.holiday_files import (
    HolidayFileError,
    build_calendar,
    packaged_calendar,
    packaged_texts,
    read_year,
)
from bihuan.standards.problem import Refused
from bihuan.standards.workdays import add_workdays, is_workday

HEAD = "# 通知，国办发明电〔2026〕1号\ndate,kind,name\n"


def test_every_packaged_year_names_its_notice():
    cal = packaged_calendar()
    assert cal.years == tuple(range(2019, 2027))
    numbers = {year: [text for y, text in cal.notices if y == year] for year in cal.years}
    assert all(f"关于{year}年" in told[0] and f"国办发明电〔{year - 1}〕" in told[0] for year, told in numbers.items())
    assert "国办发明电〔2019〕3号" in numbers[2019][1]
    assert "国办发明电〔2020〕1号" in numbers[2020][1]


def test_a_published_year_is_added_as_text():
    text = HEAD + "2027-01-01,holiday,元旦\n2027-01-03,made_up,元旦\n"
    cal = build_calendar({**packaged_texts(), 2027: text})
    assert add_workdays(cal, date(2026, 12, 31), 1) == date(2027, 1, 3)
    assert cal.last_date == date(2027, 12, 31)


def test_the_next_notice_may_move_days_of_december():
    text = HEAD + "2026-12-31,holiday,元旦\n2027-01-01,holiday,元旦\n"
    assert is_workday(packaged_calendar(), date(2026, 12, 31))
    assert not is_workday(build_calendar({**packaged_texts(), 2027: text}), date(2026, 12, 31))


def test_days_of_a_year_not_covered_are_left_aside():
    cal = build_calendar({2023: packaged_texts()[2023]})
    assert cal.first_date == date(2023, 1, 1)
    assert date(2022, 12, 31) not in cal.holidays


def test_what_a_spreadsheet_program_makes_of_a_file_is_read():
    text = "\ufeff# 通知,,\r\ndate,kind,name\r\n2026/1/1,放假,元旦\r\n2026/1/4,上班,元旦\r\n,,\r\n"
    notices, marks = read_year(2026, text)
    assert notices == ("通知",)
    assert [(mark.date.day, mark.kind, mark.name) for mark in marks] == [
        (1, "holiday", "元旦"),
        (4, "made_up", "元旦"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("date,kind,name\n2026-01-01,holiday,元旦\n", 1, "首行应以 # 开头"),
        (HEAD, 1, "没有任何一天"),
        ("", 1, "没有任何一天"),
        (HEAD + "2026-01-01,holiday\n", 3, "应为“日期,类别,名称”三项"),
        (HEAD + "2026-02-30,holiday,春节\n", 3, "2 月没有 30 日"),
        (HEAD + "2026年2月,holiday,春节\n", 3, "只写到月"),
        (HEAD + "2027-01-01,holiday,元旦\n", 3, "不在 2026 年"),
        (HEAD + "2025-11-30,holiday,元旦\n", 3, "不在 2026 年"),
        (HEAD + "2026-01-01,休息,元旦\n", 3, "类别“休息”不认识"),
        (HEAD + "2026-01-05,made_up,元旦\n", 3, "不是周六或周日"),
        (HEAD + "2026-01-01,holiday,元旦\n2026-01-01,holiday,元旦\n", 4, "重复出现"),
    ],
)
def test_faults_name_year_line_and_reason(text, line, reason):
    with pytest.raises(HolidayFileError, match=f"2026 年节假日文件第 {line} 行") as caught:
        read_year(2026, text)
    assert reason in str(caught.value)
    assert caught.value.line == line


def test_a_gap_between_years_is_refused():
    texts = packaged_texts()
    with pytest.raises(Refused, match="连续"):
        build_calendar({2024: texts[2024], 2026: texts[2026]})
