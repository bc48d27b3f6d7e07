"""Pages without signing in: submit a petition, ask by its code, rate the answer."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.references import lookup_for
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.petition import captcha
from bihuan.loop.petition.actions import rate, submit
from bihuan.loop.petition.photo import MOST_PHOTOS, redrawn
from bihuan.loop.petition.queries import by_code
from bihuan.loop.petition.rules import areas, get_page, ledger_of, pages_in_force
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.loop.petition.throttle import visit
from bihuan.org.tree import tree_on
from bihuan.web.county import county_name
from bihuan.web.inputs import Filled, field_inputs
from bihuan.web.petition_words import told_to_submitter

TRAP = "website"
"""A field that people do not see. What fills every field is a machine."""


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The pages on which something can be submitted, and where to ask by a code."""
    pages = [
        {"title": page.spec.title, "intro": page.spec.intro, "url": reverse("public_submit", args=[code])}
        for code, page in pages_in_force().items()
    ]
    return render(request, "public_index.html", {"title": "我要反映", "county": county_name(), "pages": pages})


def form(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one page; posting takes the petition in and shows its code."""
    page = get_page(code)
    if request.method != "POST":
        return _form(request, page, {}, {})
    visit("try", _address(request))
    if request.POST.get(TRAP):
        return render(request, "public_done.html", {"title": "已提交", "county": county_name(), "code": ""})
    fields = {name: request.POST.get(name, "") for name in page.spec.fields}
    try:
        photos = _photos(request)
        _require_person(request)
        visit("submit", _address(request))
        _, shown = submit(page=page, fields=fields, photos=photos)
    except Invalid as error:
        return _form(request, page, fields, error.problems or {"riddle": error.message})
    return render(request, "public_done.html", {"title": "已提交", "county": county_name(), "code": shown})


def _require_person(request: HttpRequest) -> None:
    if not captcha.is_right(request.POST.get("token", ""), request.POST.get("riddle", "")):
        raise Invalid("验证没有通过", {"riddle": "验证码不对、已用过或已过期，请按新的图重新填写"})


def _photos(request: HttpRequest) -> "list[ContentFile[bytes]]":
    uploads = [item for item in request.FILES.getlist("photos") if isinstance(item, UploadedFile) and item.name]
    if len(uploads) > MOST_PHOTOS:
        raise Invalid("照片太多", {"photos": f"最多 {MOST_PHOTOS} 张照片，选了 {len(uploads)} 张"})
    found = []
    for place, upload in enumerate(uploads, 1):
        try:
            found.append(redrawn(upload, place))
        except Invalid as error:
            raise Invalid("照片没有上传成功", {"photos": f"第 {place} 张：{error.message}"}) from error
    return found


def _form(
    request: HttpRequest, page: InForce[PetitionSpec], typed: dict[str, Any], problems: dict[str, str]
) -> HttpResponse:
    visit("picture", _address(request))
    token = captcha.new_token()
    context = {
        "title": page.spec.title,
        "county": county_name(),
        "intro": page.spec.intro,
        "fields": _inputs(page, ledger_of(page), typed, problems),
        "photos": _photo_field(problems) if page.spec.photo_field else None,
        "riddle": {"token": token, "question": captcha.question(token), "problem": problems.get("riddle")},
        "trap": TRAP,
        "reply": f"{page.spec.reply.days} 个{'工作日' if page.spec.reply.count == 'working' else '自然日'}",
        "problems": bool(problems),
    }
    return render(request, "public_form.html", context, status=422 if problems else 200)


def _inputs(
    page: InForce[PetitionSpec], ledger: Ledger, typed: dict[str, Any], problems: dict[str, str]
) -> list[dict[str, Any]]:
    spec, tree = spec_of(ledger), tree_on(clock.today())
    asked = [spec.by_code[code] for code in page.spec.fields]
    asked = [
        field.model_copy(update={"required": True}) if field.code == page.spec.text_field else field for field in asked
    ]
    inputs = field_inputs(asked, Filled({}, lookup_for(spec, tree), tree, problems, typed or None))
    chosen = typed.get(page.spec.area_field, "")
    return [one | _areas(chosen) if one["name"] == page.spec.area_field else one for one in inputs]


def _areas(chosen: str) -> dict[str, Any]:
    """The county's towns to choose from: an address is found more surely with one."""
    named = [("", "请选择"), *areas().items()]
    return {
        "widget": "select",
        "options": [{"value": code, "title": name, "selected": code == chosen} for code, name in named],
    }


def _photo_field(problems: dict[str, str]) -> dict[str, Any]:
    return {
        "name": "photos",
        "title": "照片",
        "widget": "file",
        "multiple": True,
        "camera": True,
        "accept": "image/jpeg,image/png,image/webp,image/gif",
        "limit": f"最多 {MOST_PHOTOS} 张，每张不超过 8 MB",
        "problem": problems.get("photos"),
        "wide": True,
    }


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """The riddle as a picture."""
    visit("picture", _address(request))
    content = captcha.picture(request.GET.get("t", ""))
    if content is None:
        raise NotFound("验证码已失效，请刷新页面")
    return HttpResponse(content, content_type="image/png")


def ask(request: HttpRequest) -> HttpResponse:
    """How a petition stands, by its code. The code is posted, so that it stands in no address and no log."""
    context: dict[str, Any] = {"title": "查询办理情况", "county": county_name()}
    if request.method == "POST":
        visit("ask", _address(request))
        code = request.POST.get("code", "")
        try:
            context |= {"code": code, "petition": told_to_submitter(by_code(code))}
        except NotFound as error:
            return render(request, "public_ask.html", context | {"problem": error.message}, status=404)
    return render(request, "public_ask.html", context)


@require_POST
def rated(request: HttpRequest) -> HttpResponse:
    """The answer is rated, once."""
    visit("ask", _address(request))
    code, rating = request.POST.get("code", ""), request.POST.get("rating", "")
    rate(code=code, rating=int(rating) if rating in "12345" and rating else 0, words=request.POST.get("words", ""))
    return render(request, "public_thanks.html", {"title": "谢谢您的评价", "county": county_name()})
