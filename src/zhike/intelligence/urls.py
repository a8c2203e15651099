"""Addresses of market intelligence."""

from __future__ import annotations

from django.urls import path

from zhike.intelligence import views

urlpatterns = [
    path("", views.intelligence, name="intelligence"),
    path("new/", views.new_item, name="new_intelligence"),
    path("<int:key>/", views.item, name="intelligence_item"),
    path("<int:key>/change/", views.change_item, name="change_intelligence"),
    path("<int:key>/confirm/", views.confirm_item, name="confirm_intelligence"),
    path("<int:key>/close/", views.close_item, name="close_intelligence"),
]
