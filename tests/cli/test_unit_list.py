"""`bihuan units --load`: a county's units from a table, all of them or none."""

from pathlib import Path

import pytest

from bihuan.org.models import Unit
from tests.cli.typing_in import Typing

HEAD = "代码,名称,类别,上级代码\n"


@pytest.mark.django_db
def test_a_county_begins_with_a_table(type_in: Typing, tmp_path: Path) -> None:
    path = tmp_path / "单位.csv"
    path.write_text(HEAD + "999,某县,县,\n999-01,某局,局,999\n999101,某镇,town,999\n", encoding="utf-8")
    answer = type_in("units", "--load", str(path), "--on", "2026-01-01")
    assert answer.status == 0, answer.err
    assert "已加入 3 个单位，变更 0 个，0 个不变，自 2026-01-01 起有效" in answer.out
    listed = type_in("units", "--on", "2026-01-01").out
    assert "某局" in listed and "共 3 个单位" in listed
    assert "已加入 0 个单位，变更 0 个，3 个不变" in type_in("units", "--load", str(path)).out


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row, words",
    [
        ("999-01,某局,局,998", "上级“998”不存在"),
        ("999-01,某局,部,999", "单位类别“部”不存在"),
        ("999-01,,局,999", "“名称”必须填写"),
    ],
)
def test_one_bad_row_and_nothing_is_added(type_in: Typing, tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "单位.csv"
    path.write_text(HEAD + f"999,某县,县,\n{row}\n", encoding="utf-8")
    answer = type_in("units", "--load", str(path))
    assert (answer.status, Unit.objects.count()) == (1, 0)
    assert "第 3 行" in answer.err and words in answer.err


@pytest.mark.django_db
def test_a_table_without_the_columns(type_in: Typing, tmp_path: Path) -> None:
    path = tmp_path / "单位.csv"
    path.write_text("代码,名称\n1,某县\n", encoding="utf-8")
    assert "表中没有这些列：类别、上级代码" in type_in("units", "--load", str(path)).err
