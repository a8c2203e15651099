"""Addresses of visits."""

from __future__ import annotations

from django.urls import path

from zhike.customers.exports import list_urls
from zhike.visits import form_views, views
from zhike.visits.lists import VISITS

urlpatterns = [
    *list_urls(VISITS),
    path("new/", views.new_visit, name="new_visit"),
    path("forms/", views.visit_forms, name="visit_forms"),
    path("forms/export/", views.export_visit_forms, name="export_visit_forms"),
    path("<int:key>/", views.visit_page, name="visit"),
    path("<int:key>/edit/", views.change_visit, name="change_visit"),
    path("<int:key>/cancel/", views.cancel_visit, name="cancel_visit"),
    path("<int:key>/form/", form_views.visit_form, name="visit_form"),
    path("<int:key>/check/", form_views.check, name="check_visit"),
    path("<int:key>/return/", form_views.send_back, name="return_visit"),
]
