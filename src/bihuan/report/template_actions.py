"""The writes of Word templates: one is kept on trial, adopted from a day on, or dropped before it ever was."""

import base64
import hashlib
from datetime import date

from django.db import transaction
from django.db.models import Max

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.report.definitions import install_report
from bihuan.report.models import ReportVersion, WordTemplate
from bihuan.report.rules import may_adopt, may_try, require
from bihuan.report.spec import ReportSpec
from bihuan.report.template.word_looking import MOST_BYTES
from bihuan.report.templates import get_template
from bihuan.report.templating import Template, parts_of

_DAYS_AHEAD = 366


def require_size(name: str, content: bytes) -> None:
    """Raise Invalid for a file that is too large or of another kind."""
    if not name.lower().endswith(".docx"):
        raise Invalid(f"“{name}”不是 Word 文件（.docx）；.doc 请先另存为 .docx")
    if len(content) > MOST_BYTES:
        raise Invalid(
            f"“{name}”有 {len(content) / 1024**2:.1f} MB，模板最大 {MOST_BYTES // 1024**2} MB；请压缩里面的图片"
        )


def new_definition(*, title: str, kind: str, period: str, signed_by: str, template: Template) -> ReportSpec:
    """What a report that is defined by its Word template alone says of itself. Raises Invalid in words."""
    if not title:
        raise Invalid("请写材料的名称")
    number = WordTemplate.objects.aggregate(last=Max("pk"))["last"] or 0
    known = {"code": f"word_{number + 1}", "title": title, "kind": kind, "period": period, "signed_by": signed_by}
    try:
        return ReportSpec.model_validate({**known, "annex": False, "parts": parts_of(template)})
    except ValueError as error:
        raise Invalid("材料的名称、种类或时期不对：名称最多 120 个字") from error


@transaction.atomic
def try_template(
    *, actor: Actor, owner: Unit, report: str, spec: ReportSpec | None, template: Template
) -> WordTemplate:
    """Keep a template on trial. `spec` defines a report that is not there yet. The file was looked at before."""
    require(may_try(actor, owner.pk), "上传材料的模板")
    require_size(template.name, template.content)
    return WordTemplate.objects.create(
        report=report,
        owner=owner,
        definition=spec.model_dump(mode="json", exclude_defaults=True) if spec else {},
        file_name=template.name[:255],
        content=base64.b64encode(template.content).decode(),
        hash=hashlib.sha256(template.content).hexdigest(),
        person_id=actor.person,
        created_at=clock.now(),
    )


@transaction.atomic
def adopt_template(*, actor: Actor, template: int, valid_from: date) -> WordTemplate:
    """Make a template on trial the next version, in force from a day on that is not past."""
    found = get_template(actor, template)
    require(may_adopt(actor, found.owner_id), "启用材料的模板")
    today = clock.today()
    if not today <= valid_from <= date.fromordinal(today.toordinal() + _DAYS_AHEAD):
        raise Invalid(f"启用日期要在今天（{today}）到一年以内，写的是 {valid_from}")
    if found.definition and not ReportVersion.objects.filter(code=found.report).exists():
        spec = ReportSpec.model_validate(found.definition)
        install_report(code=found.report, spec=spec, owner=found.owner, origin="own")
    last = WordTemplate.objects.select_for_update().filter(report=found.report, version__isnull=False)
    version = max((row.version or 0 for row in last), default=0) + 1
    changed = WordTemplate.objects.filter(pk=template, version__isnull=True).update(
        version=version, valid_from=valid_from, adopted_by=actor.person
    )
    if not changed:
        raise Conflict("这份模板已经启用过了")
    found.refresh_from_db()
    return found


@transaction.atomic
def drop_template(*, actor: Actor, template: int) -> None:
    """Throw a template on trial away. One that was adopted stays for ever."""
    get_template(actor, template)
    gone, _ = WordTemplate.objects.filter(pk=template, version__isnull=True).delete()
    if not gone:
        raise Conflict("这份模板已经启用，不能删除；可以再上传新的版本")
