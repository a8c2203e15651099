"""Addresses of accesses to the portal, for the company's people."""

from __future__ import annotations

from django.urls import path

from zhike.accesses import views

urlpatterns = [
    path("accesses/", views.accesses, name="portal_accesses"),
    path("customers/<str:code>/accesses/new/", views.new_access, name="new_portal_access"),
    path("customers/<str:code>/accesses/<int:key>/renew/", views.renew, name="renew_portal_access"),
    path("customers/<str:code>/accesses/<int:key>/revoke/", views.revoke, name="revoke_portal_access"),
]
