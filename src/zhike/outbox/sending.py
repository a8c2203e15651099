"""How a message goes out: by mail, or by the robot of a group in WeCom, DingTalk or Feishu."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.outbox.fetching import Unreachable, post_json
from zhike.outbox.models import Message

SECONDS = 15


def send(message: Message) -> None:
    """Hand a message over. Raises Unreachable when the other side did not take it."""
    if message.channel == "mail":
        _mail(message)
    else:
        assert message.group is not None
        _post(message.channel, message.group.address, f"{message.subject}\n{message.text}")


def _mail(message: Message) -> None:
    parts = urlsplit(settings.GIVEN["ZHIKE_MAIL_URL"])
    to = message.person.email if message.person else ""
    if not parts.hostname or not to:
        raise Unreachable(_("No mail server is set.") if to else _("The person has no e-mail address."))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.DEFAULT_FROM_EMAIL, to, message.subject
    mail["Message-ID"] = (
        f"<{message.pk}.{message.written_at:%Y%m%d%H%M%S}@{urlsplit(settings.ADDRESS).hostname}>"
    )
    mail.set_content(message.text)
    try:
        with _server(parts.scheme, parts.hostname, parts.port) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        why = {"why": type(error).__name__}
        raise Unreachable(_("The mail server did not take it: %(why)s") % why) from error


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """A connection to the mail server: `smtps` is encrypted from the start, `smtp` as soon as the server can."""
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    return server


def body_for(channel: str, text: str) -> dict[str, Any]:
    """What the robot of a chat program takes."""
    if channel == "feishu":
        return {"msg_type": "text", "content": {"text": text}}
    return {"msgtype": "text", "text": {"content": text}}


def _post(channel: str, address: str, text: str) -> None:
    answer = post_json(address, body_for(channel, text))
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode", 0)))
    if code not in (0, None):
        raise Unreachable(_("The robot refused: %(code)s") % {"code": code})
