"""An error that ended a command, in plain words. What nobody foresaw is written to a log, with a number to ask by."""

import errno
import logging
import sys
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

from bihuan.base.errors import BihuanError
from bihuan.base.home import room
from bihuan.base.log import JsonLines
from bihuan.expression import ExpressionError

_OF_THE_SYSTEM = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限读写",
    errno.EPERM: "没有权限读写",
    errno.EEXIST: "已有同名的文件",
    errno.EISDIR: "这是一个目录，不是文件",
    errno.ENOTDIR: "这不是一个目录",
    errno.ENOSPC: "磁盘已满",
    errno.EFBIG: "文件超过了允许的大小，请看系统对本程序的限制（ulimit -f）",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EIO: "磁盘出了故障",
    errno.EROFS: "磁盘是只读的",
}
_OF_THE_DATABASE = (
    ("database is locked", "数据库正被另一个程序占用，请稍后再试"),
    ("unable to open database file", "数据库文件打不开，请检查数据目录的权限"),
    ("file is not a database", "bihuan.sqlite3 不是数据库文件，或已损坏"),
    ("database disk image is malformed", "数据库文件已损坏，请用备份恢复"),
    ("readonly database", "数据库是只读的，请检查数据目录的权限"),
    ("disk is full", "磁盘已满"),
    ("disk I/O error", "磁盘写不进去（已满、超过配额或出了故障），这次什么也没有改"),
    ("connection refused", "连不上 PostgreSQL：BIHUAN_DATABASE_URL 所指的服务没有运行"),
    ("password authentication failed", "PostgreSQL 不接受 BIHUAN_DATABASE_URL 里的用户名或密码"),
)


def in_words(error: Exception) -> str:
    """What to say on the terminal. An unforeseen error is kept in the log before it is told."""
    if isinstance(error, BihuanError):
        return str(error)
    if isinstance(error, ExpressionError):
        return f"条件式有误：{error}"
    if isinstance(error, DatabaseError):
        known = [words for mark, words in _OF_THE_DATABASE if mark in str(error)]
        return f"{known[0]}。" if known else _unforeseen(error)
    if isinstance(error, OSError) and error.errno in _OF_THE_SYSTEM:
        return f"“{error.filename}”：{_OF_THE_SYSTEM[error.errno]}" if error.filename else _OF_THE_SYSTEM[error.errno]
    if isinstance(error, ImproperlyConfigured):
        return f"设置有误：{error}"
    return _unforeseen(error)


def _unforeseen(error: Exception) -> str:
    reference = uuid4().hex[:8]
    try:
        path = room("logs") / "errors.log"
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        return f"程序出了意外：{type(error).__name__}。日志也写不进去，请检查数据目录的权限。"
    handler.setFormatter(JsonLines())
    message = f"unexpected error {reference} in {' '.join(sys.argv[:2])}"
    record = logging.LogRecord(
        "bihuan.cli", logging.ERROR, __file__, 0, message, None, (type(error), error, error.__traceback__)
    )
    handler.emit(record)
    handler.close()
    return f"程序出了意外，已记录（编号 {reference}），见 {path}"
