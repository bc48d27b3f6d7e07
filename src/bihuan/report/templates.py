"""Reads of Word templates: those a person may work with, which holds on a day, and the file as it was uploaded."""

import base64
import hashlib
from datetime import date

from bihuan.base.errors import Invalid, NotFound
from bihuan.org.actor import Actor
from bihuan.report.models import WordTemplate
from bihuan.report.rules import may_try
from bihuan.report.templating import Template


def get_template(actor: Actor, pk: int) -> WordTemplate:
    """A template that the actor may work with."""
    found = WordTemplate.objects.select_related("owner", "person").filter(pk=pk).first()
    if found is None or not may_try(actor, found.owner_id):
        raise NotFound("没有这份模板，或者它不归您的单位")
    return found


def file_of(template: WordTemplate) -> Template:
    """The file. Raises Invalid if what is kept is not what was uploaded."""
    content = base64.b64decode(template.content)
    if hashlib.sha256(content).hexdigest() != template.hash:
        raise Invalid(f"模板“{template.file_name}”的存档与上传时不一致，可能被改动过")
    return Template(template.file_name, content)


def template_in_force(report: str, on: date) -> WordTemplate | None:
    """The version of a report's Word template that holds on a day."""
    rows = WordTemplate.objects.filter(report=report, version__isnull=False, valid_from__lte=on)
    return rows.order_by("-version").first()
