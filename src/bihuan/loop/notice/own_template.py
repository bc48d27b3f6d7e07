"""An office's own Word file for a notice: kept in the home folder, filled in the notices' narrow language.

What it may bring and what it may ask for is checked when it is put in; a notice that cannot be set in it all the same
is set in the form of the house, for its day does not wait.
"""

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from xml.etree.ElementTree import ParseError

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from bihuan.base.errors import Invalid, NotFound, did_you_mean
from bihuan.base.home import home
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.word_guard import require_harmless
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.notice.phrasing import NarrowEnvironment, handed
from bihuan.loop.notice.rules import notices_in_force
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.loop.notice.values import NAMES

PAPER = {
    "subject": "标题，已填好",
    "paragraphs": "各段正文，已填好的列表",
    "to": "主送单位",
    "date": "成文日期，如 2026年3月2日",
}
"""Values that only a Word file of one's own has, beside those of the texts."""
_LARGEST = 5_000_000
_log = logging.getLogger(__name__)


def template_file(code: str) -> Path:
    """Where the office's file for a notice lies, if it has one."""
    return home() / "notice_templates" / f"{code}.docx"


def put_template(*, code: str, path: Path) -> None:
    """Take a Word file as the form of a notice from now on. Raises Invalid in words for one that cannot serve."""
    notice = notices_in_force().get(code)
    if notice is None:
        raise NotFound(f"没有文书“{code}”", hint=did_you_mean(code, list(notices_in_force())))
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise Invalid(f"“{path.name}”不是文件，或者超过 {_LARGEST // 1_000_000} MB")
    require_harmless(path, path.name)
    content = path.read_bytes()
    _require_known(content, path.name)
    for fields in _fields_of(notice):
        _fill(content, path.name, _sample(fields))
    target = template_file(code)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(target)


def set_in_own_form(code: str, values: Mapping[str, Any]) -> bytes | None:
    """The notice in the office's own form; None where it has none, or where these values cannot be set in it."""
    path = template_file(code)
    if not path.is_file():
        return None
    try:
        require_harmless(path, path.name)
        return _fill(path.read_bytes(), path.name, values)
    except Invalid as error:
        _log.warning("文书 %s 的自备版式用不上，改用自带的：%s", code, error)
        return None


def _fields_of(notice: InForce[NoticeSpec]) -> Iterator[list[str]]:
    """The fields of each ledger about whose matters the notice may be."""
    for named in notice.spec.named_ledgers:
        yield [field.code for field in spec_of(notice.ledger(named)).fields]


def _sample(fields: list[str]) -> dict[str, Any]:
    return {**dict.fromkeys((*NAMES, *PAPER), "样"), "paragraphs": ["样"], "fields": dict.fromkeys(fields, "样")}


def _require_known(content: bytes, name: str) -> None:
    """Every name that the file asks for is one that a notice has."""
    known = {*NAMES, *PAPER, "fields"}
    with _in_words(name):
        asked = DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables(NarrowEnvironment())
    for unknown in sorted(asked - known):
        raise Invalid(f"“{name}”里用了“{unknown}”，没有这个值。{did_you_mean(unknown, sorted(known))}")


def _fill(content: bytes, name: str, values: Mapping[str, Any]) -> bytes:
    made = io.BytesIO()
    with _in_words(name):
        template = DocxTemplate(io.BytesIO(content))
        template.render(handed(values), NarrowEnvironment(), autoescape=True)
        template.save(made)
    return made.getvalue()


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except TemplateError as error:
        raise Invalid(f"“{name}”里的标记有问题：{error}") from error
    except (PackageNotFoundError, KeyError, TypeError, ParseError, etree.XMLSyntaxError) as error:
        raise Invalid(f"“{name}”填不进去；请把每个标记写在同一段、同一种字体里") from error
