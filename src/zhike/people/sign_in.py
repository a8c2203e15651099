"""Addresses of signing in. Only what has a page of ours is routed; the rest of the library does not exist here."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path, re_path

from zhike.people.doors import door, open_to_all
from zhike.people.session_views import end_sessions, sessions


def _early(view: Any) -> Any:
    """For who is signed in, also before a second factor that is asked for is there."""
    return door(before_factor=True)(view)


urlpatterns = [
    path("login/", open_to_all(account.login), name="account_login"),
    path("logout/", open_to_all(account.logout), name="account_logout"),
    path("inactive/", open_to_all(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", _early(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", _early(account.password_change), name="account_change_password"),
    path("password/reset/", open_to_all(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", open_to_all(account.password_reset_done), name="account_reset_password_done"),
    re_path(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        open_to_all(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        open_to_all(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", _early(factor.index), name="mfa_index"),
    path("2fa/authenticate/", open_to_all(factor.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", _early(factor.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", _early(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _early(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _early(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", _early(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", _early(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("sessions/", sessions, name="usersessions_list"),
    path("sessions/end/", end_sessions, name="end_sessions"),
    path("company/cancelled/", open_to_all(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("company/error/", open_to_all(social.login_error), name="socialaccount_login_error"),
    path("oidc/<slug:provider_id>/login/", open_to_all(openid.login), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", open_to_all(openid.callback), name="openid_connect_callback"),
]  # fmt: skip
