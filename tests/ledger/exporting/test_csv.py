"""Comma-separated text: read back with the standard library, and looked at byte by byte."""

import csv
from pathlib import Path

import pytest

from bihuan.ledger.exporting import Extra, write_csv
from bihuan.ledger.spec import FieldSpec
from tests.ledger.exporting.samples import FULL, LIGHT, LOOKUP, fields, record, sheet_of


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_heads_and_records_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    written = write_csv(sheet_of(extras=(LIGHT,)), [record(**FULL), record(2)], path)
    heads, first, second = rows_of(path)
    assert heads[:2] == ["编号", "状态"] and heads[6:9] == ["涉及金额（万元）", "整改金额（万元）", "面积（亩）"]
    assert first == [
        "SJ2026-0001",
        "绿 在办",
        "账实不符",
        "第一行\n第二行",
        "县级",
        "青溪镇",
        "1234.5",
        "200",
        "12.25",
        "38",
        "2026-01-05",
        "2026-01-05 09:30:09",
        "330102190001011234",
        "2 个附件",
    ]
    assert second == ["SJ2026-0002", "绿 在办", *[""] * 12]
    assert written.rows == 2


def test_the_mark_of_utf8_stands_first_and_gb18030_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of(fields("title")), [record(title="账实不符𠮷")], path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    write_csv(sheet_of(fields("title")), [record(title="账实不符𠮷")], path, encoding="gb18030")
    assert path.read_bytes().startswith("编号".encode("gb18030"))
    assert rows_of(path, "gb18030")[1] == ["SJ2026-0001", "账实不符𠮷"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_could_be_a_formula_gets_an_apostrophe(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of(fields("title")), [record(title=f"{start}1+1")], path)
    assert rows_of(path)[1][1] == f"'{start}1+1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_so_does_a_head(tmp_path: Path, start: str) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of([FieldSpec(code="title", title=f"{start}A1", kind="text")]), [], path)
    assert rows_of(path) == [["编号", f"'{start}A1"]]


@pytest.mark.parametrize(
    "value, told", [(-3.5, "-3.5"), (0.0, "0"), (1e-07, "0.0000001"), (123456789012345.0, "123456789012345")]
)
def test_numbers_are_bare_digits(tmp_path: Path, value: float, told: str) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of(fields("amount")), [record(amount=value)], path)
    assert rows_of(path)[1][1] == told


@pytest.mark.parametrize("text", ['甲"乙"', "甲,乙", "甲;乙;丙", "甲\t乙", "甲\n乙", " 甲", "甲 "])
def test_what_parts_cells_is_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of(fields("detail")), [record(detail=text), record(2, detail="后")], path)
    assert [row[1] for row in rows_of(path)][1:] == [text, "后"]
    raw = path.read_text("utf-8-sig")
    assert '"' in raw or text.startswith(" ")


def test_a_text_that_spells_an_error_is_told_apart_from_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(sheet_of(fields("title")), [record(title="#N/A")], path)
    assert rows_of(path)[1][1] == "#N/A "


def test_a_column_of_lists_is_told_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    sheet = sheet_of(fields("proof"), extras=(Extra("件数", lambda standing: len(standing.data)),))
    write_csv(sheet, [record(proof=[1]), record(2), record(3, proof=[1, 2])], path)
    assert rows_of(path)[1:] == [
        ["SJ2026-0001", "1", "1 个附件"],
        ["SJ2026-0002", "0", ""],
        ["SJ2026-0003", "1", "2 个附件"],
    ]


def test_more_different_values_than_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    records = [record(number, title=f"第{number % 2500}件") for number in range(6_000)]
    write_csv(sheet_of(fields("title")), records, path)
    assert [row[1] for row in rows_of(path)[1:]] == [f"第{number % 2500}件" for number in range(6_000)]


def test_the_lookup_is_asked_for_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    person = FieldSpec(code="who", title="负责人", kind="person")
    write_csv(sheet_of([person]), [record(who=7)], path)
    assert rows_of(path)[1][1] == LOOKUP.person_names[7]
