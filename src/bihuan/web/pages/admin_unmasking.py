"""Which roles may see personal data whole, for the security administrator: the list, told before it is changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid
from bihuan.ledger.role_impact import holders
from bihuan.ledger.unmask_roles import MAY_BE_SET, roles_that_unmask, set_unmasking
from bihuan.org.actor import Actor
from bihuan.org.roles import SECURITY_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The roles that may unmask, and a form to choose them."""
    require_administrator(actor, SECURITY_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _ask(request, actor)
        except BihuanError as error:
            problem = error
    allowed = roles_that_unmask()
    chosen = request.POST.getlist("roles") if request.method == "POST" else allowed
    options = [(role, f"{role_title(role)}（{_people(role)} 人）") for role in MAY_BE_SET]
    fields = [inputs.ticks("roles", "可以查看原文的角色", options, chosen)]
    context = {
        "title": "查看原文",
        "crumbs": [{"title": "查看原文"}],
        "lead": "电话、身份证号等个人信息对所有人遮盖。勾选的角色写明事由后可以看 15 分钟原文，每次都记入访问日志。",
        "problem": told(problem)["problem"],
        "forms": [{"do": "roles", "title": "哪些角色可以", "inputs": fields, "button": "下一步：看影响"}],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _people(role: str) -> int:
    return len({post.person_id for post in holders(role)})


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    roles, before = request.POST.getlist("roles"), roles_that_unmask()
    changed = [role for role in MAY_BE_SET if (role in roles) != (role in before)]
    if not changed:
        raise Invalid("没有改动")
    lines = [
        f"影响任{role_title(role)}的 {_people(role)} 人：{_CAN[role in roles]}电话、身份证号等原文" for role in changed
    ]

    def make() -> str:
        return "；".join(set_unmasking(actor=actor, roles=roles, address=address_of(request)))

    return ask_or_make(request, Change("设定谁能查看原文", make, lines), reverse("admin_unmasking"))


_CAN = {True: "写明事由后能看", False: "不再能看"}
