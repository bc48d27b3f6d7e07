"""What a file is, by its first bytes and not by its name."""

import zipfile
from pathlib import Path

from bihuan.ledger.excel.model import UnreadableFile

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

SAVE_AS = "请用 Excel 或 WPS 打开它，另存为 .xlsx 再上传。"
ALLOWED = "可以上传的有 .xlsx、.xls、.ods、.csv、.txt。"

_STRANGERS = (
    (b"%PDF", "PDF 文件", f"PDF 里没有行和列，请找原来的电子表格。{ALLOWED}"),
    (b"\x89PNG", "图片", ALLOWED),
    (b"\xff\xd8\xff", "图片", ALLOWED),
    (b"GIF8", "图片", ALLOWED),
    (b"Rar!", "RAR 压缩包", "请先解压，再上传里面的表格。"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "请先解压，再上传里面的表格。"),
    (b"\x1f\x8b", "gzip 压缩包", "请先解压，再上传里面的表格。"),
    (b"{\\rtf", "RTF 文档", ALLOWED),
    (b"MIME-Version:", "网页另存的单个文件（.mht）", SAVE_AS),
    (b"PK\x05\x06", "空的压缩包", ALLOWED),
)
# Older than BIFF5: one sheet, no workbook around it.
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")


def kind_of(path: Path, name: str) -> str:
    """Tell "xlsx", "ods", "compound" (.xls and its like) or "text".

    Raises UnreadableFile for anything else.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise UnreadableFile(f"“{name}”是空文件，没有任何内容。", "请检查文件是否保存完整。")
    if start.startswith(ZIP):
        return _kind_of_zip(path, name)
    if start.startswith(COMPOUND):
        return "compound"
    for magic, what, hint in _STRANGERS:
        if start.startswith(magic):
            raise UnreadableFile(f"“{name}”其实是{what}，不是电子表格。", hint)
    if start.startswith(_OLD_EXCEL):
        raise UnreadableFile(f"“{name}”是 Excel 4.0 以前的旧格式。", SAVE_AS)
    _refuse_markup(start, name)
    return "text"


def _refuse_markup(start: bytes, name: str) -> None:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text.replace(b"\x00", b"")[2:].lstrip()
    if not text.startswith(b"<"):
        return
    extension = Path(name).suffix or "文件"
    if b"<html" in text or b"<!doctype html" in text or text.startswith((b"<table", b"<head", b"<meta")):
        raise UnreadableFile(
            f"“{name}”：这是网页另存的 {extension}，请另存为 .xlsx。",
            "用 Excel 或 WPS 打开它，选“另存为”，类型选“Excel 工作簿 (*.xlsx)”。",
        )
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise UnreadableFile(f"“{name}”是“XML 表格 2003”。", SAVE_AS)
    if text.startswith(b"<?xml"):
        raise UnreadableFile(f"“{name}”是 XML 文件，不是电子表格。", ALLOWED)


def _kind_of_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {info.filename.replace("\\", "/").lstrip("/").lower() for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise broken(name) from error
    if "xl/workbook.bin" in parts:
        raise UnreadableFile(f"“{name}”是二进制工作簿（.xlsb）。", SAVE_AS)
    if any(part.startswith("xl/") for part in parts):
        return "xlsx"
    if "content.xml" in parts:
        return "ods"
    for mark, what in (("word/", "Word 文档"), ("ppt/", "演示文稿"), ("ofd.xml", "OFD 版式文件")):
        if any(part.startswith(mark) for part in parts):
            raise UnreadableFile(f"“{name}”其实是{what}，不是电子表格。", ALLOWED)
    raise UnreadableFile(f"“{name}”是压缩包，不是电子表格。", "请先解压，再上传里面的表格。")


def broken(name: str, what: str = "") -> UnreadableFile:
    """Say that a file is cut short or damaged."""
    found = f"：{what}" if what else ""
    return UnreadableFile(
        f"“{name}”已损坏或没有传完整，读不出来{found}。",
        "请用 Excel 或 WPS 打开确认，另存为 .xlsx 再上传。",
    )
