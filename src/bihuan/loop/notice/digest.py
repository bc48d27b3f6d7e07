"""Who is told what by mail or in a group: what is urgent at once, all else in one digest a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bihuan.base import clock
from bihuan.loop.notice.channels import ChannelsSpec, RobotSpec
from bihuan.loop.notice.models import Addressee, MailAddress, Notice
from bihuan.loop.notice.outbox import Parcel, put
from bihuan.loop.notice.values import chinese_day
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on

_KEPT = timedelta(days=7)
"""What is older is not told any more: somebody who enters their address today does not get last year's."""
_SHOWN = 30


def put_what_is_due(channels: ChannelsSpec, now: datetime) -> int:
    """Put every message that is due into the outbox; returns how many were new."""
    made = 0
    if channels.mail:
        made += _urgent_mail(channels, now) + _mail_digests(channels, now)
    if channels.robots:
        made += _urgent_posts(channels, now) + _post_digests(channels, now)
    return made


def digest_moment(channels: ChannelsSpec, now: datetime) -> datetime:
    """The last instant at which digests were due: today's, or yesterday's where today's is still to come."""
    today = clock.start_of_day(clock.local_date(now))
    at = today + timedelta(hours=channels.digest_time.hour, minutes=channels.digest_time.minute)
    return at if at <= now else at - timedelta(days=1)


def _waiting(now: datetime) -> "QuerySet[Addressee]":
    """Whom nothing was sent yet about a notice, though mail would reach them."""
    with_mail = MailAddress.objects.values("person")
    rows = Addressee.objects.filter(told_at__isnull=True, notice__issued_at__gte=now - _KEPT, person__in=with_mail)
    return rows.select_related("notice").order_by("person", "pk")


def _urgent_mail(channels: ChannelsSpec, now: datetime) -> int:
    made = 0
    for row in _waiting(now).filter(notice__urgent=True):
        email = MailAddress.objects.get(person=row.person_id).email
        text = _letter(channels, [row.notice])
        key, subject = f"notice:{row.notice_id}:mail:{row.person_id}", f"【{row.notice.title}】{row.notice.subject}"
        parcel = Parcel(key, "mail", email, subject, text, row.person_id)
        made += put(parcel, [row.notice], now) is not None
        Addressee.objects.filter(pk=row.pk).update(told_at=now)
    return made


def _mail_digests(channels: ChannelsSpec, now: datetime) -> int:
    """One digest a day for each person: what reached them before the hour and is still unread."""
    moment = digest_moment(channels, now)
    rows = _waiting(now).filter(notice__urgent=False, notice__issued_at__lt=moment, read_at__isnull=True)
    by_person: dict[int, list[Addressee]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    made = 0
    day = clock.local_date(moment)
    for person, found in by_person.items():
        email = MailAddress.objects.get(person=person).email
        notices = [row.notice for row in found]
        key, subject = f"digest:{day}:mail:{person}", f"{chinese_day(day)}未读提醒 {len(found)} 件"
        if put(Parcel(key, "mail", email, subject, _letter(channels, notices), person), notices, now):
            Addressee.objects.filter(pk__in=[row.pk for row in found]).update(told_at=now)
            made += 1
    return made


def _unposted(now: datetime) -> "QuerySet[Notice]":
    """Notices to a unit that no group was told of yet."""
    return Notice.objects.filter(posted_at__isnull=True, issued_at__gte=now - _KEPT, to_unit__isnull=False).order_by(
        "pk"
    )


def _reach(robot: RobotSpec, now: datetime) -> frozenset[int]:
    """The units whose notices a group is told of: its own and those under it."""
    unit = Unit.objects.filter(code=robot.unit).first()
    return frozenset(node.pk for node in tree_on(clock.local_date(now)).below(unit.pk)) if unit else frozenset()


def _urgent_posts(channels: ChannelsSpec, now: datetime) -> int:
    made = 0
    reaches = [(robot, _reach(robot, now)) for robot in channels.robots]
    for notice in _unposted(now).filter(urgent=True):
        text, subject = _letter(channels, [notice]), f"【{notice.title}】{notice.subject}"
        for robot, reach in reaches:
            if notice.to_unit_id in reach:
                key = f"notice:{notice.pk}:robot:{robot.code}"
                made += put(Parcel(key, robot.kind, robot.code, subject, text), [notice], now) is not None
        Notice.objects.filter(pk=notice.pk).update(posted_at=now)
    return made


def _post_digests(channels: ChannelsSpec, now: datetime) -> int:
    """One digest a day for each group; what no group covers is let go with the others."""
    moment = digest_moment(channels, now)
    waiting = list(_unposted(now).filter(urgent=False, issued_at__lt=moment))
    day, made = clock.local_date(moment), 0
    for robot in channels.robots:
        reach = _reach(robot, now)
        notices = [notice for notice in waiting if notice.to_unit_id in reach]
        key, subject = f"digest:{day}:robot:{robot.code}", f"{chinese_day(day)}提醒 {len(notices)} 件"
        if notices:
            parcel = Parcel(key, robot.kind, robot.code, subject, _letter(channels, notices))
            made += put(parcel, notices, now) is not None
    if waiting:
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(posted_at=now)
    return made


def _letter(channels: ChannelsSpec, notices: Iterable[Notice]) -> str:
    """The notices in plain text: one in full, several as a list; what is left out is counted."""
    found = list(notices)
    link = f"{channels.address}/notices/" if channels.address else ""
    if len(found) == 1:
        lines = [*found[0].paragraphs, f"{found[0].organ}　{chinese_day(clock.local_date(found[0].issued_at))}"]
    else:
        lines = [f"{place}. 【{notice.title}】{notice.subject}" for place, notice in enumerate(found[:_SHOWN], 1)]
        if len(found) > _SHOWN:
            lines.append(f"还有 {len(found) - _SHOWN} 件，请登录查看")
    return "\n\n".join([*lines, *([f"登录查看：{link}"] if link else [])])
