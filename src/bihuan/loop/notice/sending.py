"""Sends what waits in the outbox: each message is claimed, tried outside of any transaction, and settled."""

from dataclasses import dataclass

from bihuan.base import clock
from bihuan.loop.notice import outbox
from bihuan.loop.notice.channels import ChannelsSpec, read_channels
from bihuan.loop.notice.digest import put_what_is_due
from bihuan.loop.notice.host_list import allowed_hosts
from bihuan.loop.notice.mail import send_mail
from bihuan.loop.notice.models import Message
from bihuan.loop.notice.outcome import Later, Outcome, Sent, Unsure
from bihuan.loop.notice.robots import send_robot

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Posted:
    """What one round of sending did."""

    put_in: int
    sent: int
    not_taken: int
    unsure: int


def send_waiting() -> Posted:
    """Put in what is due and send what waits. Raises Invalid where channels.yaml cannot be understood."""
    channels, now = read_channels(), clock.now()
    put_in = put_what_is_due(channels, now)
    outcomes: list[Outcome] = [Unsure("")] * outbox.give_up_cut_off(now)
    for pk in outbox.due(now, MOST_AT_ONCE):
        message = outbox.claim(pk, clock.now())
        if message is not None:
            outcome = _send(channels, message)
            outbox.settle(message, outcome, clock.now())
            outcomes.append(outcome)
    sent = sum(isinstance(outcome, Sent) for outcome in outcomes)
    unsure = sum(isinstance(outcome, Unsure) for outcome in outcomes)
    return Posted(put_in, sent, len(outcomes) - sent - unsure, unsure)


def _send(channels: ChannelsSpec, message: Message) -> Outcome:
    if message.channel == "mail":
        if channels.mail is None:
            return Later("没有设置邮件服务器")
        return send_mail(channels.mail, key=message.key, to=message.address, subject=message.subject, text=message.text)
    robot = next((item for item in channels.robots if item.code == message.address), None)
    if robot is None:
        return Later(f"channels.yaml 里没有群机器人“{message.address}”")
    return send_robot(robot, allowed_hosts(channels), subject=message.subject, text=message.text)
