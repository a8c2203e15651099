"""How sign-in behaves: nobody signs up; people come from administrators, or match an account by the company's directory."""

from __future__ import annotations

import base64
import hashlib
import logging
import smtplib
import time
from threading import Thread
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel.journal import journal, sentences
from zhike.people.models import Denial, Person
from zhike.people.sessions import end_all

log = logging.getLogger(__name__)
sentences({
    "signed_in": _("%(who)s signed in from %(address)s"),
    "password_changed": _("%(who)s changed the own password"),
    "factor_changed": _("%(who)s changed the own second factor: %(change)s"),
})  # fmt: skip

SAID = {
    "account/messages/password_changed.txt": _("The password is changed; your other sessions have ended."),
    "mfa/messages/totp_activated.txt": _(
        "The second factor is set up. Keep the recovery codes below on paper."
    ),
    "mfa/messages/totp_deactivated.txt": _("The second factor is removed."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "These are your new recovery codes; the old ones no longer work."
    ),
}
"""What the library wants to tell -> how we say it; anything else is not said."""

FACTOR_CHANGES = {
    "mfa/email/totp_activated": _("set up"),
    "mfa/email/totp_deactivated": _("removed"),
    "mfa/email/recovery_codes_generated": _("new recovery codes"),
}
"""Occasion that the library tells -> how the journal calls it."""

FAILURES = {"login_failed": "5/15m/key", "login_failed_today": "100/d/key"}
"""Five failures of a name at an address wait a quarter of an hour; a hundred of a name, wherever from, wait a day."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up; one answer for a wrong name and a wrong password; failures are limited and recorded."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The name or the password is wrong."),
        "email_password_mismatch": _("The name or the password is wrong."),
        "too_many_login_attempts": _(
            "Too many attempts. Please wait a quarter of an hour, or ask an administrator."
        ),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        name = str(credentials.get("email") or credentials.get("username") or "").strip().casefold()
        keys = {"login_failed": f"{name}|{self.get_client_ip(request)}", "login_failed_today": name}
        self.uses: list[Any] = []
        for action, key in keys.items():
            use = ratelimit.consume(request, app="zhike.people", action=action, config=FAILURES, key=key)
            if use is None:
                self._rollback_login_failed_rl_usage()
                raise self.validation_error("too_many_login_attempts")
            self.uses.append(use)

    def _rollback_login_failed_rl_usage(self) -> None:
        for use in self.uses:
            use.rollback()

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """A closed account answers like a wrong password."""
        found = super().authenticate(request, **credentials)
        if found is not None and not found.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return found

    def authentication_failed(self, request: Any, **credentials: Any) -> None:
        """Record the attempt; who tried is known only by the name typed."""
        name = str(credentials.get("username") or credentials.get("email") or "")
        Denial.objects.create(
            at=timezone.now(), person=Person.objects.filter(username__iexact=name).first(), verb="sign_in",
            path=request.path[:300], method="POST", address=self.get_client_ip(request),
        )  # fmt: skip

    def post_login(self, request: Any, user: Any, **given: Any) -> Any:
        with transaction.atomic():
            journal(user, "signed_in", by=user, at=timezone.now(), address=self.get_client_ip(request))
        return super().post_login(request, user, **given)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a few minutes ago is not asked for the password again."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = any(time.time() - one["at"] < app_settings.REAUTHENTICATION_TIMEOUT for one in records)
        return not fresh and bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: Any, password: str) -> None:
        """Change a password; every other session of the person ends."""
        request = self.request
        with transaction.atomic():
            super().set_password(user, password)
            journal(user, "password_changed", by=user, at=timezone.now())
        end_all(user, but=request.session.session_key if request.user == user else None)

    def get_password_change_redirect_url(self, request: Any) -> str:
        return reverse("profile")

    def add_message(
        self, request: Any, level: int, message_template: str | None = None, *_args: Any, **_given: Any
    ) -> None:
        said = SAID.get(message_template or "")
        if said is not None:
            messages.add_message(request, level, said)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send beside the answer: how long a mail server takes, or that it is down, would tell which addresses are known."""
        site = get_current_site(self.request)
        given = {"request": self.request, "email": email, "current_site": site, **context}
        Thread(target=_send, args=(self.render_mail(template_prefix, email, given),), name="mail").start()

    def send_notification_mail(self, template_prefix: str, user: Any, *_args: Any, **_given: Any) -> None:
        """Called at each change of a factor: it goes into the journal."""
        change = FACTOR_CHANGES.get(template_prefix)
        if change is not None:
            with transaction.atomic():
                journal(user, "factor_changed", by=user, at=timezone.now(), change=change)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A person of the company's directory signs in to the account that has this e-mail; no account is made."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted under the key of the installation; who must have a factor keeps it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or has run out. Enter the one that the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not authenticator.user.access.second_factor


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (smtplib.SMTPException, OSError):
        log.exception("a mail about an account did not go out")


def _cipher() -> Fernet:
    """The cipher of the secrets, from the key of the installation."""
    digest = hashlib.sha256(b"second factors\x00" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
