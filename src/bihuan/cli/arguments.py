"""Every command with its arguments. What a command does stands in the module named beside it, loaded only then."""

import argparse
from pathlib import Path

from bihuan.cli.chinese_argparse import Parser, day, port, scale

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_SEED = 330_999

_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives the type no public name


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command `bihuan`."""
    parser = Parser(prog="bihuan", description="闭环：让台账活起来。每一行有责任单位、有期限、有颜色，直到销号。")
    _home(parser, default=None)
    commands = parser.add_subparsers(title="命令", dest="command", metavar="命令", required=True, parser_class=Parser)
    for add in (
        _serve,
        _demo,
        _import,
        _export,
        _ledgers,
        _units,
        _user,
        _verify,
        _keys,
        _rebuild,
        _loop,
        _backup,
        _restore,
        _scorecards,
        _reports,
        _numbers,
        _define,
        _pack,
        _notices,
        _duties,
        _draw,
        _figures,
        _figure,
        _proposals,
        _open,
        _explain,
        _lake,
    ):
        add(commands)
    return parser


def _home(parser: argparse.ArgumentParser, default: str | None) -> None:
    text = "数据目录（默认取环境变量 BIHUAN_HOME，再默认 ./var）"
    parser.add_argument("--home", metavar="目录", default=default, help=text)


def _command(commands: "_Commands[Parser]", name: str, module: str, help_text: str) -> Parser:
    parser: Parser = commands.add_parser(name, help=help_text, description=help_text)
    _home(parser, argparse.SUPPRESS)
    parser.set_defaults(module=module)
    return parser


def _group(commands: "_Commands[Parser]", name: str, help_text: str) -> "_Commands[Parser]":
    parser: Parser = commands.add_parser(name, help=help_text, description=help_text)
    return parser.add_subparsers(title="命令", dest="action", metavar="命令", required=True, parser_class=Parser)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def _ledger(parser: argparse.ArgumentParser, **more: str) -> None:
    parser.add_argument("ledger", metavar="包.台账", help="台账代码，如 audit.finding", **more)  # type: ignore[arg-type] # argparse takes any keyword


def _serve(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "serve", "bihuan.cli.serve", "启动服务：升级数据库、安装业务包、打开网页")
    parser.add_argument("--host", metavar="地址", default=DEFAULT_HOST, help=f"监听地址（默认 {DEFAULT_HOST}）")
    parser.add_argument("--port", metavar="端口", type=port, default=DEFAULT_PORT, help=f"端口（默认 {DEFAULT_PORT}）")


def _demo(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "demo", "bihuan.cli.demo.command", "装入示范县（虚构）并启动服务")
    parser.add_argument("--load-only", action="store_true", help="只装入，不启动服务")
    parser.add_argument(
        "--scale",
        metavar="倍数",
        type=scale,
        default=1.0,
        help="数据量的倍数（默认 1：今年约 400 个问题，上年约 300 个）",
    )
    parser.add_argument("--seed", metavar="种子", type=int, default=DEFAULT_SEED, help="同一种子得到同样的数据")
    parser.add_argument("--port", metavar="端口", type=port, default=DEFAULT_PORT, help=f"端口（默认 {DEFAULT_PORT}）")


def _import(commands: "_Commands[Parser]") -> None:
    parser = _command(
        commands,
        "import",
        "bihuan.cli.import_file",
        "把一份表格导入台账：全部写入，或一行也不写；也可以只写没有问题的行",
    )
    parser.add_argument("file", metavar="文件", help="xlsx、xls、ods、csv 等表格")
    parser.add_argument("--ledger", metavar="包.台账", required=True, help="导入到哪个台账，如 audit.finding")
    parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
    parser.add_argument("--good-rows", action="store_true", help="有行不能导入时，只写没有问题的行")
    parser.add_argument("--errors", metavar="文件", help="把不能导入的单元格标红，另存为这个 .xlsx")
    parser.add_argument("--new", metavar="名称", help="按表头新建一个带闭环的台账，以此为名称")
    parser.add_argument("--owner", metavar="单位", help="新台账的所属单位（代码或名称），与 --new 同用")
    parser.add_argument("--sheet", metavar="工作表", help="工作表名称（默认取最像台账的一张）")
    parser.add_argument(
        "--table", metavar="第几张", type=int, default=1, help="工作表上有几张表时读第几张（默认第 1 张）"
    )
    parser.add_argument("--header", metavar="行", help="表头在第几行，如 3 或 3-4；默认自动认出")
    parser.add_argument("--without-hidden", action="store_true", help="不读隐藏的行和列")


def _export(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "export", "bihuan.cli.export", "把台账导出为表格")
    _ledger(parser)
    parser.add_argument("-o", "--output", metavar="文件", required=True, help="以 .xlsx 或 .csv 结尾")
    parser.add_argument("--where", metavar="条件式", default="", help='只导出符合条件的记录，如 "涉及金额 > 100"')
    parser.add_argument("--as-of", metavar="日期", type=day, help="导出这一天结束时的样子")
    parser.add_argument("--unmask", metavar="事由", default="", help="不遮盖个人信息，写明事由")


def _ledgers(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "ledgers", "bihuan.cli.ledgers", "列出台账；写出一个台账的代码，则汇总它的办理情况")
    _ledger(parser, nargs="?")
    parser.add_argument("--as-of", metavar="日期", type=day, help="按这一天结束时的样子")
    _json(parser)


def _units(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "units", "bihuan.cli.units", "列出单位；或由一份表格加入单位")
    parser.add_argument("--load", metavar="文件", type=Path, help="加入表格里的单位：代码、名称、类别、上级代码四列")
    parser.add_argument("--on", metavar="日期", type=day, help="按这一天的单位树（默认今天）")
    _json(parser)


def _user(commands: "_Commands[Parser]") -> None:
    actions = _group(commands, "user", "管理人员、密码和岗位")
    parser = _user_action(actions, "add", "新增人员")
    parser.add_argument("name", metavar="姓名")
    parser.add_argument("--phone", metavar="手机", default="")
    parser.add_argument("--unit", metavar="单位", help="任职的单位（代码或名称），与 --role 同用")
    parser.add_argument("--role", metavar="角色", help="角色代码或名称，如 undertaker 或 承办")
    parser.add_argument("--county", metavar="县名", help="还没有任何单位时：以 --unit 为代码建立县，空数据目录由此开始")
    ways = parser.add_mutually_exclusive_group()
    _password_stdin(ways)
    ways.add_argument("--no-password", action="store_true", help="先不设密码：此人还不能登录")
    parser = _command(actions, "list", "bihuan.cli.user", "列出人员和岗位")
    parser.add_argument("--unit", metavar="单位", help="只列这个单位及其下级的人员")
    _json(parser)
    _password_stdin(_user_action(actions, "password", "改密码，并解除多次输错造成的锁定"))
    parser = _user_action(actions, "post", "任职或离任")
    parser.add_argument("--unit", metavar="单位", required=True, help="单位代码或名称")
    parser.add_argument("--role", metavar="角色", required=True, help="角色代码或名称")
    parser.add_argument("--from", metavar="日期", dest="from_day", type=day, help="任职日（默认今天）")
    parser.add_argument("--end", action="store_true", help="离任：今天起不再担任")
    _user_action(actions, "lock", "停用：此人立即不能登录")
    _user_action(actions, "unlock", "恢复登录")
    parser = _user_action(actions, "totp", "动态口令")
    parser.add_argument("--reset", metavar="事由", required=True, help="重置：手机丢了，下次登录时重新启用")


def _user_action(actions: "_Commands[Parser]", name: str, help_text: str) -> Parser:
    parser = _command(actions, name, "bihuan.cli.user", help_text)
    parser.add_argument("username", metavar="登录名")
    return parser


def _password_stdin(parser: "argparse._ActionsContainer") -> None:
    parser.add_argument("--password-stdin", action="store_true", help="从标准输入读密码的第一行（默认在终端提示输入）")


def _verify(commands: "_Commands[Parser]") -> None:
    _json(_command(commands, "verify", "bihuan.cli.verify", "核对全部事件的哈希链，指出被改动的事件"))


def _keys(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "keys", "bihuan.cli.keys", "加密密钥：列出各加密了多少；换用新密钥；旧密钥退役")
    parser.add_argument("--rotate", action="store_true", help="启用一把新密钥，旧的留着打开以前的内容")
    parser.add_argument(
        "--reseal", action="store_true", help="记录和动态口令都改由在用的密钥加密；中断了再运行就接着做"
    )
    parser.add_argument("--retire", metavar="密钥", default="", help="没有内容再由它加密时，把它移出去离线保管")
    parser.add_argument("--with-history", action="store_true", help="与 --retire 同用：历史事件里的旧值从此看不到")
    _json(parser)


def _rebuild(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "rebuild", "bihuan.cli.rebuild", "由事件重建全部记录")
    parser.add_argument("--check", action="store_true", help="只比较，不改写")
    _json(parser)


def _backup(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "backup", "bihuan.cli.backup", "把整个实例备份成一个文件，不必停机")
    parser.add_argument("file", metavar="文件", help="备份写到哪里，如 bihuan-20260302.zip；不覆盖已有的文件")
    parser.add_argument("--without-keys", action="store_true", help="不带密钥：链尾签名要靠另外保管的 keys/ 才能核验")
    parser.add_argument("--allow-missing", action="store_true", help="附件缺失或损坏也照样备份，并逐个列出")


def _restore(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "restore", "bihuan.cli.restore", "由备份恢复整个实例：全部恢复，或什么也不动")
    parser.add_argument("file", metavar="文件", help="bihuan backup 写出的文件")
    parser.add_argument("--replace", action="store_true", help="换掉现有数据：原有内容移到一边，不删除")
    parser.add_argument("--allow-findings", action="store_true", help="事件链或记录核对不过也照样恢复，并逐个列出")


def _loop(commands: "_Commands[Parser]") -> None:
    parser = _command(
        commands, "loop", "bihuan.cli.loop", "列出在办事项用的是哪一版闭环、换用新版会变什么；--move 换用新版"
    )
    _ledger(parser)
    parser.add_argument("--move", action="store_true", help="把在办事项都换到现行版本")
    parser.add_argument("--step", metavar="旧=新", action="append", default=[], help="新版没有的环节里的事项到哪个环节")
    parser.add_argument("--reason", metavar="理由", default="", help="记在每个事件里的理由")
    _json(parser)


def _define(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "define", "bihuan.cli.define", "台账定义导出为 YAML，或由 YAML 载入，记录跟着变")
    _ledger(parser)
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--export", metavar="文件", help="把现行定义写到这个文件")
    ways.add_argument("--load", metavar="文件", help="载入这个文件里的定义，成为新的一版")
    ways.add_argument("--withdraw", action="store_true", help="撤回待生效的一版")
    parser.add_argument("--from", dest="valid_from", metavar="日期", type=day, help="从这一天起生效（晚于今天的日期）")
    parser.add_argument("--dry-run", action="store_true", help="只核对载入会怎样，不写入")
    parser.add_argument("--owner", metavar="单位", help="台账还没有时，新建它的所属单位（代码或名称）")


def _pack(commands: "_Commands[Parser]") -> None:
    actions = _group(commands, "pack", "检查业务包")
    parser = _command(actions, "check", "bihuan.cli.pack", "检查一个业务包，指出每个问题的文件和行")
    parser.add_argument("folder", metavar="目录", help="业务包所在的目录")
    _json(parser)
    _command(actions, "schema", "bihuan.cli.pack", "输出业务包的 JSON Schema")


def _clocks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", metavar="时间", help="截至这一天或时刻（默认现在）")
    parser.add_argument("--known-at", metavar="时间", help="按那时所知（默认现在）")


def _scorecards(commands: "_Commands[Parser]") -> None:
    _json(_command(commands, "scorecards", "bihuan.cli.scorecards", "列出考核"))
    parser = _command(commands, "score", "bihuan.cli.scorecards", "试算一项考核：各单位得分、名次、等级")
    parser.add_argument("scorecard", metavar="包.考核", help="考核代码，如 audit.rectification")
    parser.add_argument(
        "--period", metavar="时期", help="如 2026、2026-H1、2026-Q1、2026-03..2026-04、2026-03（默认最近一期）"
    )
    _clocks(parser)
    _json(parser)


def _reports(commands: "_Commands[Parser]") -> None:
    _json(_command(commands, "reports", "bihuan.cli.reports", "列出材料"))
    parser = _command(commands, "report", "bihuan.cli.report", "生成一份材料：Word、网页或 PDF")
    parser.add_argument("report", metavar="包.材料", help="材料代码，如 audit.year_summary")
    parser.add_argument("-o", "--output", metavar="文件", required=True, help="以 .docx、.html 或 .pdf 结尾")
    parser.add_argument("--unit", metavar="单位", help="关于哪个单位（代码或名称；默认全县）")
    parser.add_argument("--period", metavar="时期", help="如 2026、2026-03（默认今年）")
    parser.add_argument("--record", metavar="编号", help="一企一档：关于哪一条记录")
    _clocks(parser)


def _notices(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "notices", "bihuan.cli.notices", "文书和提醒：发出到期的，投递待发的；或列出投递情况")
    parser.add_argument("--send", action="store_true", help="发出到期的文书，并投递邮件和群消息")
    parser.add_argument("--template", metavar=("包.文书", "文件"), nargs=2, help="用自备的 Word 文件作这种文书的版式")
    parser.add_argument("--bounces", metavar="文件", type=Path, nargs="+", help="读入退信通知（.eml，- 为标准输入）")
    _json(parser)


def _duties(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "duties", "bihuan.cli.duties", "例行任务：开启到期的；或列出某一天谁报了、谁没报")
    parser.add_argument("--open", action="store_true", help="开启所有到期而未开启的任务")
    parser.add_argument("--on", metavar="日期", type=day, help="按这一天结束时的样子（默认今天）")
    _json(parser)


def _draw(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "draw", "bihuan.cli.draw", "随机抽查：按公布的文件重抽一遍，核对结果")
    parser.add_argument("--check", metavar="文件", type=Path, required=True, help="公示页面上下载的文件")
    _json(parser)


def _figures(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "figures", "bihuan.cli.figures", "列出指标；加 --values 一并算出它们在一个时期的值")
    parser.add_argument("--pack", metavar="包", default="", help="只列这个业务包的")
    parser.add_argument("--values", action="store_true", help="算出每个指标的值")
    _asked(parser)


def _figure(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "figure", "bihuan.cli.figure", "算出指标的值")
    parser.add_argument("codes", metavar="指标", nargs="+", help="一个或几个指标代码，如 audit.finding.cleared")
    parser.add_argument("--by", metavar="分组", default="", help="unit 按下级单位、month 按月，或按台账的一个字段")
    parser.add_argument("--why-since", metavar="时间", default="", help="与那时知道的值相比，为什么变了")
    parser.add_argument("--part", metavar="值", help="与 --why-since、--by 一起写：只看这一部分为什么变了")
    parser.add_argument(
        "--engine", choices=("embedded", "postgres", "spark"), default="embedded", help="用哪个引擎算（默认 embedded）"
    )
    parser.add_argument(
        "--county",
        metavar="县=目录",
        action="append",
        default=[],
        help="一个县的数据湖，可写多次；用 Spark 算各县和合计",
    )
    _asked(parser)


def _proposals(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "proposals", "bihuan.cli.proposals", "列出等批准的口径；或看一个改了什么、影响哪些数")
    parser.add_argument("number", metavar="编号", nargs="?", type=int, help="一个口径修改的编号")
    _json(parser)


def _open(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "open", "bihuan.cli.open_records", "打开一个值背后的记录")
    parser.add_argument("code", metavar="指标", help="指标代码")
    parser.add_argument("--by", metavar="分组", default="", help="只打开一部分：按哪个字段，或 unit、month")
    parser.add_argument("--part", metavar="值", help="其中哪一部分：字段的值或名称（空的写 ''），单位代码，月份")
    _asked(parser)


def _explain(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "explain", "bihuan.cli.explain", "用中文说明一个指标的口径")
    parser.add_argument("code", metavar="指标", help="指标代码")
    _json(parser)


def _lake(commands: "_Commands[Parser]") -> None:
    actions = _group(commands, "lake", "指标所用的数据湖")
    parser = _command(actions, "rebuild", "bihuan.cli.lake", "由事件重建数据湖")
    parser.add_argument("--check", action="store_true", help="只比较，不改写")
    _json(parser)
    _json(_command(actions, "update", "bihuan.cli.lake_update", "把全部台账的数据湖写到最新，供许多县一起算"))


def _asked(parser: Parser) -> None:
    """What every question of a value may name."""
    parser.add_argument("--unit", metavar="单位", default="", help="单位代码（默认全部）")
    parser.add_argument(
        "--period", metavar="时期", default="", help="如 2026、2026-03、2026-Q1、2026-01..2026-11（默认本年）"
    )
    parser.add_argument("--as-of", metavar="日期", default="", help="截至那时的状态（默认现在）")
    parser.add_argument("--known-at", metavar="时间", default="", help="按那时已经登记的事件（默认现在）")
    _json(parser)


def _numbers(commands: "_Commands[Parser]") -> None:
    parser = _command(commands, "numbers", "bihuan.cli.numbers", "数字体检：核对一份 .docx 或 .txt 里的数字")
    parser.add_argument("file", metavar="文件", help=".docx 或 .txt")
    parser.add_argument("-o", "--output", metavar="文件", default="", help="把标注好的草稿（.docx）写到这里")
    _clocks(parser)
    _json(parser)
