"""A Word file as PDF, by LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from bihuan.base.errors import BihuanError

_SECONDS = 180


class NoOffice(BihuanError):
    """LibreOffice is not there, or could not do it."""


def write_pdf(source: Path, path: Path) -> None:
    """Convert a .docx. Raises NoOffice, in words, where LibreOffice is missing, fails or takes over three minutes."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise NoOffice(
            "没有安装 LibreOffice，不能生成 PDF；可以先生成 Word 文件", hint="安装：apt-get install libreoffice-writer"
        )
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603 - our own file, no shell
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NoOffice("LibreOffice 没有能够生成 PDF") from error
        made = Path(folder) / f"{source.stem}.pdf"
        if not made.is_file():
            raise NoOffice("LibreOffice 没有能够生成 PDF")
        shutil.move(made, path)
