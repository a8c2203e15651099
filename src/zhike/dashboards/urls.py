"""Addresses of pages that cross nouns."""

from __future__ import annotations

from django.urls import path

from zhike.dashboards import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/palette/", views.palette, name="palette"),
]
