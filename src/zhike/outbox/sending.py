"""How a message goes out: by mail, or by the robot of a group in WeCom, DingTalk or Feishu."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.outbox.fetching import Unreachable, post_json
from zhike.outbox.models import Message

SECONDS = 15


def send(message: Message, handing: Callable[[], Any]) -> None:
    """Hand a message over. Raises Unreachable when the other side did not take it.

    `handing` is called right before a mail server takes a mail to an address outside.
    """
    if message.channel == "mail":
        _mail(message, handing)
    else:
        assert message.group is not None
        _post(message.channel, message.group.address, f"{message.subject}\n{message.text}")


def _mail(message: Message, handing: Callable[[], Any]) -> None:
    parts = urlsplit(settings.GIVEN["ZHIKE_MAIL_URL"])
    to = message.person.email if message.person else message.address
    if not parts.hostname or not to:
        raise Unreachable(_("No mail server is set.") if to else _("The person has no e-mail address."))
    mail = _written(message, to)
    handed = taken = False
    try:
        with _server(parts.scheme, parts.hostname, parts.port) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            if not message.address:
                server.send_message(mail)
                taken = True
                return
            _announce(server, to)
            handed = True
            handing()
            code, said = server.data(mail.as_bytes(policy=SMTP))
            handed, taken = False, code == 250
            if not taken:
                raise smtplib.SMTPDataError(code, said)
    except smtplib.SMTPResponseException as error:
        if taken:  # it only said good-bye oddly
            return
        raise Unreachable(
            _("The mail server refused it: %(why)s") % {"why": error.smtp_code},
            for_good=500 <= error.smtp_code < 600,
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        if taken:
            return
        why = {"why": type(error).__name__}
        if handed:
            raise Unreachable(_("⚠ The mail server did not answer: %(why)s") % why, for_good=True) from error
        raise Unreachable(_("The mail server did not take it: %(why)s") % why) from error


def _announce(server: smtplib.SMTP, to: str) -> None:
    """Tell the server from whom and to whom the mail is; it may refuse now, before anything is handed over."""
    server.ehlo_or_helo_if_needed()
    for code, said in (server.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]), server.rcpt(to)):
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, said)


def _written(message: Message, to: str) -> EmailMessage:
    """The mail: text, the same as HTML, attachments."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.DEFAULT_FROM_EMAIL, to, message.subject
    host = urlsplit(settings.ADDRESS).hostname
    mail["Message-ID"] = f"<{message.pk}.{message.written_at:%Y%m%d%H%M%S}@{host}>"
    if message.outside.get("reply_to"):
        mail["Reply-To"] = message.outside["reply_to"]
    mail.set_content(message.text)
    if message.outside.get("html"):
        mail.add_alternative(message.outside["html"], subtype="html")
    for one in message.outside.get("attachments", ()):
        try:
            held = (Path(settings.MEDIA_ROOT) / one["path"]).read_bytes()
        except OSError as error:
            raise Unreachable(_("The attachment is not there: %(name)s") % {"name": one["name"]}) from error
        kind, _slash, form = one["type"].partition("/")
        mail.add_attachment(held, maintype=kind, subtype=form, filename=one["name"])
    if message.address:
        mail["Date"] = format_datetime(message.written_at)
    return mail


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
