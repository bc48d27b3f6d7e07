"""A batch is taken back, but for what was changed since."""

from pathlib import Path

import pytest

from bihuan.base.errors import NotAllowed
from bihuan.ledger.models import Batch, Record
from bihuan.ledger.undo import plan_undo, undo_batch
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop import intake
from bihuan.loop.actions import edit_record
from tests.cast import Cast

HEADS = "审计项目,问题序号,问题摘要,审计类型,发现日期,责任单位"


def import_rows(cast: Cast, folder: Path, *rows: str) -> Batch:
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    path.write_text("\n".join([HEADS, *rows]), encoding="utf-8")
    source, target = intake.Source(path, path.name), intake.existing(cast.finding)
    table = intake.open_table(source)
    columns = intake.match(table, target.spec)
    check, batch = intake.import_file(actor=cast["office"], source=source, target=target, table=table, columns=columns)
    assert batch, check.problems
    return batch


def titles() -> dict[str, str]:
    rows = Record.objects.filter(deleted=False)
    return {row.data["problem_no"]: row.data["title"] for row in rows}


def test_a_batch_that_nobody_touched_goes_back_whole(cast: Cast, tmp_path: Path) -> None:
    batch = import_rows(
        cast, tmp_path, "甲,1,账实不符,经责审计,2026-01-05,青溪镇", "甲,2,房产闲置,经责审计,2026-01-05,白石镇"
    )
    assert len(titles()) == 2
    plan = undo_batch(actor=cast["office"], batch=batch)
    assert (plan.count, plan.spared) == (2, ())
    assert titles() == {}
    assert not list(verify_chain(cast.finding)) and not list(check_projection(cast.finding))


def test_what_was_edited_later_is_spared_and_listed(cast: Cast, tmp_path: Path) -> None:
    batch = import_rows(
        cast, tmp_path, "甲,1,账实不符,经责审计,2026-01-05,青溪镇", "甲,2,房产闲置,经责审计,2026-01-05,白石镇"
    )
    first = Record.objects.get(data__problem_no="1")
    edit_record(actor=cast["office"], record=first, fields={"title": "账实严重不符"})
    plan = undo_batch(actor=cast["office"], batch=batch)
    assert [item.number for item in plan.spared] == [first.number]
    assert titles() == {"1": "账实严重不符"}


def test_an_update_goes_back_field_by_field(cast: Cast, tmp_path: Path) -> None:
    import_rows(cast, tmp_path, "甲,1,账实不符,经责审计,2026-01-05,青溪镇")
    second = import_rows(cast, tmp_path, "甲,1,账实不符（改）,财政审计,2026-01-06,白石镇")
    record = Record.objects.get()
    assert record.unit_id == cast.other_town.pk
    edit_record(actor=cast["office"], record=record, fields={"title": "后来又改"})
    plan = undo_batch(actor=cast["office"], batch=second)
    record.refresh_from_db()
    assert plan.spared[0].fields == ("title",)
    assert record.data["title"] == "后来又改"
    assert (record.data["audit_type"], record.data["found_on"]) == ("economic_responsibility", "2026-01-05")
    assert record.unit_id == cast.town.pk
    assert not list(check_projection(cast.finding))


def test_numbers_are_not_given_again_after_an_undo(cast: Cast, tmp_path: Path) -> None:
    row = "甲,1,账实不符,经责审计,2026-01-05,青溪镇"
    undo_batch(actor=cast["office"], batch=import_rows(cast, tmp_path, row))
    import_rows(cast, tmp_path, row)
    numbers = list(Record.objects.order_by("pk").values_list("number", flat=True))
    assert len(set(numbers)) == 2


def test_a_batch_is_taken_back_once_and_not_by_just_anyone(cast: Cast, tmp_path: Path) -> None:
    batch = import_rows(cast, tmp_path, "甲,1,账实不符,经责审计,2026-01-05,青溪镇")
    for login in ("town", "neighbour", "auditor", "outsider", "leader"):
        with pytest.raises(NotAllowed):
            undo_batch(actor=cast[login], batch=batch)
    assert plan_undo(batch).count == 1
    undo_batch(actor=cast["office"], batch=batch)
    with pytest.raises(NotAllowed):
        undo_batch(actor=cast["office"], batch=batch)
