"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from zhike.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.new_import, name="new_import"),
    path("<slug:key>/", views.one_import, name="import"),
    path("<slug:key>/progress/", views.progress, name="import_progress"),
    path("<slug:key>/match/", views.match, name="import_match"),
    path("<slug:key>/words/", views.words, name="import_words"),
    path("<slug:key>/sheet/", views.sheet, name="import_sheet"),
    path("<slug:key>/problems/", views.problems, name="import_problems"),
    path("<slug:key>/rejected.xlsx", views.rejected, name="import_rejected"),
    path("<slug:key>/mapping.yaml", views.mapping, name="import_mapping"),
    path("<slug:key>/<slug:verb>/", views.act, name="import_act"),
]
