"""What did not arrive: messages sent back or lost, notices unread or not received; where a person gets mail."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.loop.notice import queries
from bihuan.loop.notice.actions import send_again, set_mail_address
from bihuan.loop.notice.models import MailAddress, Message
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.notice_words import crumbs, row_of

_SHOWN = 50
_UNREAD_AFTER = timedelta(days=1)


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything in sight that did not reach whom it was meant for."""
    lost, owed = queries.undelivered(actor), queries.unreceived(actor)
    unread = queries.unread_since(actor, clock.now() - _UNREAD_AFTER)
    context = {
        "title": "投递情况",
        "crumbs": crumbs("投递情况"),
        "lost": {"rows": [_message(row) for row in lost[:_SHOWN]], "total": lost.count()},
        "owed": {"rows": [row_of(actor, row) for row in owed[:_SHOWN]], "total": owed.count()},
        "unread": {"rows": [_unread(row) for row in unread[:_SHOWN]], "total": unread.count()},
        "shown": _SHOWN,
    }
    return render(request, "notice_delivery.html", context)


def _message(message: Message) -> dict[str, Any]:
    words = {"mail": "邮件", "dingtalk": "钉钉群", "wecom": "企业微信群"}
    return {
        "pk": message.pk,
        "subject": message.subject,
        "channel": words.get(message.channel, message.channel),
        "to": message.person.name if message.person else message.address,
        "state": Message.State(message.state).label,
        "code": "yellow" if message.state == Message.State.WAITING else "red",
        "error": message.error,
        "attempts": message.attempts,
        "at": showing.moment(message.created_at),
    }


def _unread(row: Any) -> dict[str, Any]:
    return {
        "name": row.person.name,
        "subject": row.notice.subject,
        "url": reverse("notice", args=[row.notice_id]),
        "at": showing.moment(row.notice.issued_at),
    }


@require_POST
@signed_in
def again(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Put a lost message back into the outbox."""
    send_again(actor=actor, pk=pk)
    messages.success(request, "已重新放入待发，稍后投递")
    return go(request, reverse("notice_delivery"))


@signed_in
def mail_address(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The person's own address of mail."""
    kept = MailAddress.objects.filter(person=actor.person or 0).first()
    typed, problems = kept.email if kept else "", {}
    if request.method == "POST":
        typed = request.POST.get("email", "")
        try:
            set_mail_address(actor=actor, email=typed)
        except Invalid as error:
            problems = error.problems
        else:
            messages.success(request, "已保存" if typed.strip() else "以后只在系统内提醒")
            return go(request, reverse("notice_mail"))
    field = {
        "name": "email",
        "title": "电子邮箱",
        "widget": "text",
        "type": "email",
        "value": typed,
        "problem": problems.get("email"),
        "hint": "红色事项立即发送，其余每天汇总成一封；不填则只在系统内提醒",
    }
    context = {"title": "提醒方式", "crumbs": crumbs("提醒方式"), "field": field}
    return render(request, "notice_mail.html", context, status=422 if problems else 200)
