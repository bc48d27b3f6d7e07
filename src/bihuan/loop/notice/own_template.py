"""An office's own Word file for a notice: kept in the database, filled in the notices' narrow language.

What it may bring and what it may ask for is checked when it is put in; a sample is looked at before it is in force. A
notice that cannot be set in it all the same is set in the form of the house, for its day does not wait.
"""

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from xml.etree.ElementTree import ParseError

from django.db import transaction
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound, did_you_mean
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.word_guard import require_harmless
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.notice.models import OwnTemplate
from bihuan.loop.notice.phrasing import NarrowEnvironment, handed
from bihuan.loop.notice.rules import notices_in_force
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.loop.notice.values import NAMES, chinese_day
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.roles import SYSTEM_ADMIN

PAPER = {
    "subject": "标题，已填好",
    "paragraphs": "各段正文，已填好的列表",
    "to": "主送单位",
    "date": "成文日期，如 2026年3月2日",
}
"""Values that only a Word file of one's own has, beside those of the texts."""
LARGEST = 5_000_000
"""Bytes of a Word file."""
_log = logging.getLogger(__name__)


def in_force() -> dict[str, OwnTemplate]:
    """The offices' own forms that notices are set in now, by the notice's code."""
    return {row.code: row for row in OwnTemplate.objects.filter(since__isnull=False, ended_at__isnull=True)}


@transaction.atomic
def try_template(*, actor: Actor, code: str, name: str, content: bytes, address: str = "") -> OwnTemplate:
    """Keep a Word file that can be the form of a notice, not yet in force. Raises Invalid, naming all that is wrong."""
    _require(actor)
    notice = notices_in_force().get(code)
    if notice is None:
        raise NotFound(f"没有文书“{code[:80]}”", hint=did_you_mean(code, list(notices_in_force())))
    if len(content) > LARGEST:
        raise Invalid(f"“{name}”超过 {LARGEST // 1_000_000} MB")
    _require_harmless(content, name)
    _require_known(content, name)
    for fields in _fields_of(notice):
        for values in (_sample(notice, fields), _bare(fields)):
            _fill(content, name, values)
    row = OwnTemplate.objects.create(
        code=code, name=name[:255], content=content, put_at=clock.now(), person_id=actor.person
    )
    log_access(Kind.ADMIN, f"放入文书“{notice.spec.title}”的自备版式“{row.name}”，待启用", by=actor, address=address)
    return row


@transaction.atomic
def use_template(*, actor: Actor, pk: int, address: str = "") -> str:
    """Set this kind of notice in a kept form from now on, in place of the one before; says so in words."""
    _require(actor)
    row = _get(pk)
    if row.since is not None:
        raise Conflict(f"“{row.name}”已经启用过；要再用请重新放入")
    end_present(row.code)
    OwnTemplate.objects.filter(pk=pk).update(since=clock.now())
    words = f"以后的“{_title(row.code)}”用“{row.name}”的版式；已发出的不变"
    log_access(Kind.ADMIN, words, by=actor, address=address)
    return words


@transaction.atomic
def end_template(*, actor: Actor, pk: int, address: str = "") -> str:
    """Take a form out of use: of one in force, the form of the house is back; one that waited is dropped."""
    _require(actor)
    row = _get(pk)
    OwnTemplate.objects.filter(pk=pk).update(ended_at=clock.now())
    back = f"，以后的“{_title(row.code)}”用自带的版式" if row.since else ""
    words = f"停用版式“{row.name}”{back}"
    log_access(Kind.ADMIN, words, by=actor, address=address)
    return words


def end_present(code: str) -> None:
    """The form in force for a kind of notice, if there is one, is in force no more."""
    OwnTemplate.objects.filter(code=code, since__isnull=False, ended_at__isnull=True).update(ended_at=clock.now())


def sample_of(*, actor: Actor, pk: int) -> bytes:
    """A kept form filled in for a matter that there is not: each value says what it is. Raises NotFound."""
    _require(actor)
    row = OwnTemplate.objects.filter(pk=pk).first()
    notice = notices_in_force().get(row.code) if row else None
    if row is None or notice is None:
        raise NotFound("没有这个版式，或者已没有这种文书")
    fields = next(_fields_of(notice), {})
    return _fill(bytes(row.content), row.name, _sample(notice, fields))


def set_in_own_form(code: str, values: Mapping[str, Any]) -> bytes | None:
    """The notice in the office's own form; None where it has none, or where these values cannot be set in it."""
    row = in_force().get(code)
    if row is None:
        return None
    try:
        return _fill(bytes(row.content), row.name, values)
    except Invalid as error:
        _log.warning("文书 %s 的自备版式用不上，改用自带的：%s", code, error)
        return None


def _require(actor: Actor) -> None:
    if not (actor.is_system or actor.has_role(SYSTEM_ADMIN.code)):
        raise NotAllowed("文书的版式由系统管理员设定")


def _get(pk: int) -> OwnTemplate:
    row = OwnTemplate.objects.filter(pk=pk, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("没有这个版式，或者已经停用")
    return row


def _title(code: str) -> str:
    notice = notices_in_force().get(code)
    return notice.spec.title if notice else code


def _fields_of(notice: InForce[NoticeSpec]) -> Iterator[dict[str, str]]:
    """The fields of each ledger about whose matters the notice may be, code to title."""
    for named in notice.spec.named_ledgers:
        yield {field.code: field.title for field in spec_of(notice.ledger(named)).fields}


def _sample(notice: InForce[NoticeSpec], fields: Mapping[str, str]) -> dict[str, Any]:
    told = {
        name: f"〔{meaning.partition('，')[0].partition('；')[0]}〕" for name, meaning in {**NAMES, **PAPER}.items()
    }
    numbers = {"days_left": -3, "days_overdue": 3}
    text = [f"〔正文第 {at} 段：{text}〕" for at, text in enumerate(notice.spec.paragraphs, 1)]
    date = chinese_day(clock.today())
    known = {"subject": notice.spec.subject, "date": date, "today": date, "paragraphs": text}
    return {**told, **numbers, **known, "fields": {code: f"〔{title}〕" for code, title in fields.items()}}


def _bare(fields: Mapping[str, str]) -> dict[str, Any]:
    """What a notice may lack: no deadline, no number, blank fields."""
    blank = dict.fromkeys((*NAMES, *PAPER), "")
    return {**blank, "days_left": None, "days_overdue": 0, "paragraphs": [], "fields": dict.fromkeys(fields, "")}


def _require_harmless(content: bytes, name: str) -> None:
    with NamedTemporaryFile(suffix=".docx") as file:
        file.write(content)
        file.flush()
        require_harmless(Path(file.name), name)


def _require_known(content: bytes, name: str) -> None:
    """Every name that the file asks for is one that a notice has; all that are not are named."""
    known = {*NAMES, *PAPER, "fields"}
    with _in_words(name):
        asked = DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables(NarrowEnvironment())
    unknown = [f"“{word}”没有这个值。{did_you_mean(word, sorted(known))}" for word in sorted(asked - known)]
    if unknown:
        raise Invalid(f"“{name}”里用了不认识的标记：{'；'.join(unknown)}")


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
