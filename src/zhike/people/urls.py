"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from zhike.people import views

urlpatterns = [
    path("agreement/", views.agreement, name="agreement"),
]
