"""Addresses of tokens."""

from __future__ import annotations

from django.urls import path

from zhike.api import views

urlpatterns = [
    path("", views.tokens, name="tokens"),
    path("new/", views.new_token, name="new_token"),
    path("<int:key>/revocation/", views.token_revoked, name="revoke_token"),
]
