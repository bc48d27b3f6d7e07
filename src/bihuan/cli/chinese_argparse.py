"""argparse in Chinese: its headings, its usage line, and the mistakes that people make most."""

import argparse
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from bihuan.standards import chinese_dates

_MESSAGES = (
    (r"the following arguments are required: (?P<names>.+)", "缺少：{names}"),
    (r"unrecognized arguments: (?P<found>.+)", "不认识：{found}"),
    (r"argument (?P<name>.+?): invalid choice: '?(?P<found>.*?)'? \(choose from (?P<allowed>.+)\)", ""),
    (r"argument (?P<name>.+?): expected one argument", "{name} 后面要写一个值"),
    (r"argument (?P<name>.+?): expected at least one argument", "{name} 后面至少要写一个值"),
    (r"argument (?P<name>.+?): ignored explicit argument '?(?P<found>.*?)'?", "{name} 后面不能写值，写的是“{found}”"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)", "{name} 不能与 {other} 一起用"),
    (r"argument (?P<name>.+?): invalid int value: '?(?P<found>.*?)'?", "{name}：“{found}”不是整数"),
    (r"one of the arguments (?P<names>.+) is required", "要写其中一个：{names}"),
    (r"argument (?P<name>.+?): (?P<rest>.+)", "{name}：{rest}"),
)


def in_chinese(message: str) -> str:
    """One of argparse's own messages in Chinese; one that is not known stays as it is."""
    for pattern, words in _MESSAGES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found and words:
            return words.format(**found.groupdict())
        if found:
            allowed = "、".join(word.strip().strip("'") for word in found["allowed"].split(","))
            return f"{found['name']}：没有“{found['found']}”，可用：{allowed}"
    return message


class Formatter(argparse.HelpFormatter):
    """Help text with a Chinese usage line."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese, and takes no abbreviated options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, "allow_abbrev": False, **settings, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        """Say what was wrong and how the command is written, and end with status 2."""
        self.exit(2, f"{self.prog}：{in_chinese(message)}\n{self.format_usage()}")


def day(text: str) -> date:
    """A day as people write one: 2026-03-05, 2026.3.5, 2026年3月5日."""
    try:
        value = chinese_dates.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}。写成 2026-03-05 这样") from error
    return value.date() if isinstance(value, datetime) else value


def port(text: str) -> int:
    """A port number."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"“{text}”不是端口号，可用 1 到 65535")
    return int(text)


def scale(text: str) -> float:
    """How many times the usual size: more than nothing, at most a hundred times."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 100:
        raise argparse.ArgumentTypeError(f"“{text}”不是倍数，可用大于 0、不超过 100 的数")
    return number
