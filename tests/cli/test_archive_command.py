"""What the commands say, and with which status they end."""

from argparse import Namespace

import pytest

from bihuan.base.errors import Conflict
from bihuan.cli import backup, restore
from bihuan.cli.archive.takeover import STAGE
from bihuan.cli.arguments import build_parser
from bihuan.ledger.models import Attachment, Record
from tests.cli.archived import SQLITE, Maker
from tests.cli.typing_in import Typing


def typed(*words: object) -> Namespace:
    return build_parser().parse_args([str(word) for word in words])


def test_what_is_said_of_a_backup_and_its_restore(maker: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path, made = maker.path(".zip"), maker.empty(SQLITE)
    with maker.source().entered():
        assert backup.run(typed("backup", path)) == 0
    said = capsys.readouterr().out
    assert "1 个台账、40 条记录、80 个事件、" in said and str(path) in said and "像密码一样保管" in said
    with made.entered():
        assert restore.run(typed("restore", path)) == 0
        said = capsys.readouterr().out
        assert "已全部重算，没有发现改动" in said and str(made.home) in said
        with pytest.raises(Conflict, match="--replace"):
            restore.run(typed("restore", path))


def test_the_price_of_leaving_out_the_keys_is_said(maker: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path, made = maker.path(".zip"), maker.empty(SQLITE)
    with maker.source().entered():
        backup.run(typed("backup", path, "--without-keys"))
    assert "链尾签名无法核验" in capsys.readouterr().out
    with made.entered():
        assert restore.run(typed("restore", path)) == 0
    assert "签名无法核验：audit.finding" in capsys.readouterr().out


def test_what_is_lost_is_listed_and_what_does_not_hold_too(maker: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    instance, path = maker.copy(), maker.path(".zip")
    with instance.entered():
        Record.objects.filter(number="甲-003").update(state="closed")
        picture = Attachment.objects.get(name="现场.png")
        (instance.home / "attachments" / picture.sha256[:2] / picture.sha256).unlink()
        assert backup.run(typed("backup", path, "--allow-missing")) == 0
        assert "注意：附件“现场.png”" in capsys.readouterr().out
        assert restore.run(typed("restore", path, "--replace", "--allow-findings")) == 1
    said = capsys.readouterr().out
    assert "现场.png" in said and "甲-003：与事件不符" in said and "核对有 1 处不符" in said


def test_every_command_first_ends_what_a_restore_left(maker: Maker, type_in: Typing) -> None:
    instance = maker.copy()
    with instance.entered():
        (instance.home / STAGE).mkdir()
        answer = type_in("units")
    assert answer.status == 0
    assert "上一次恢复备份没有完成，已清理" in answer.err
    assert not (instance.home / STAGE).exists()
