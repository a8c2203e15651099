"""Addresses of accesses to the portal, for the company's people."""

from __future__ import annotations

from django.urls import path

from zhike.accesses import views
from zhike.accesses.lists import ACCESSES
from zhike.customers.exports import list_urls

urlpatterns = [
    *list_urls(ACCESSES, "accesses/"),
    path("customers/<str:code>/accesses/new/", views.new_access, name="new_portal_access"),
    path("customers/<str:code>/accesses/<int:key>/renew/", views.renew, name="renew_portal_access"),
    path("customers/<str:code>/accesses/<int:key>/revoke/", views.revoke, name="revoke_portal_access"),
]
