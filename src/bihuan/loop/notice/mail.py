"""A message by mail: through Django, to the server that the administrator named."""

import hashlib
import smtplib

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from bihuan.loop.notice.channels import MailSpec
from bihuan.loop.notice.outcome import Later, Outcome, Refused, Sent, Unsure

_PATIENCE_S = 20
_FOR_GOOD = 500
"""A reply of 5xx is final, one of 4xx is not (RFC 5321, 4.2.1)."""


def mark_of(key: str) -> str:
    """By what a mailbox, and a report of non-delivery, know a message."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def send_mail(server: MailSpec, *, key: str, to: str, subject: str, text: str) -> Outcome:
    """Send one message. Its Message-ID follows from its key, so that a mailbox knows a second copy as such."""
    backend = EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        use_tls=server.security == "starttls",
        use_ssl=server.security == "tls",
        timeout=_PATIENCE_S,
    )
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError:
        return Later("邮件服务器不接受登录名和密码")
    except (smtplib.SMTPException, OSError) as error:
        return Later(f"连不上邮件服务器：{type(error).__name__}")
    headers = {"Message-ID": f"<{mark_of(key)}@{server.sender.rpartition('@')[2]}>"}
    message = EmailMessage(subject, text, server.sender, [to], headers=headers, connection=backend)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        return _by_code(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _by_code(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Unsure(f"发送途中断开：{type(error).__name__}")
    finally:
        backend.close()
    return Sent()


def _by_code(code: int, words: bytes | str) -> Outcome:
    told = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    why = f"{code} {' '.join(told.split())}"[:200]
    return Refused(why) if code >= _FOR_GOOD else Later(why)
