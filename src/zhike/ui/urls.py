"""Addresses of the shell."""

from __future__ import annotations

from django.urls import path

from zhike.ui import views

urlpatterns = [
    path("language/", views.language, name="language"),
    path("components/", views.components, name="components"),
]
