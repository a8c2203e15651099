"""How sign-in behaves: nobody signs up by himself; people come from administrators or from the company's directory."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up; the display name is what people see."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A person of the company's directory signs in to the account that has this e-mail; no account is made."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False
